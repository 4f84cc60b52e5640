import OrienModel
import OrienSystem

/// What stood at the paths of granted sockets when a worker was started: it sees these and no others,
/// and a daemon that starts again makes its own anew.
struct SocketsShown: Equatable {
  private let all: [Socket]

  private struct Socket: Equatable {
    let path: String
    let status: FileStatus?
  }

  /// As they are now. Looks at the machine's folders, and waits for nothing else.
  init(_ grants: Grants) {
    all = grants.sockets.map { Socket(path: $0, status: HostFile.status(at: $0)) }
  }

  /// Why a worker would not start now: one of them is not there.
  var trouble: Failure? {
    guard let missing = all.first(where: { $0.status == nil }) else { return nil }
    return Failure(
      .unavailable, "no-place", "there is no socket \(missing.path): nobody listens there")
  }
}
