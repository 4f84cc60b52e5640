internal import OrienHTTPClient
internal import OrienKit
internal import Synchronization

/// An engine, and the version of its API that both sides know.
final class Engine: Sendable {
  /// The oldest that has all that a container is made with here, and the newest that was read.
  private static let versions = (oldest: [1, 40], newest: [1, 43])

  let address: EngineAddress
  private let version = Mutex<String?>(nil)

  init(_ address: EngineAddress) { self.address = address }

  /// A connection for one thread, whose requests end once `stop` polls readable.
  func connect(stop: Int32?) throws(Failure) -> EngineConnection {
    try EngineConnection(self, stop: stop)
  }

  /// The prefix of all paths, as `offered` allows it; another engine may stand there later.
  func agree(on offered: String?) throws(Failure) -> String {
    let parts = (offered ?? "").split(separator: ".").map { Int($0) }
    guard parts.count == 2, let major = parts[0], let minor = parts[1] else {
      throw Failure(
        .unavailable, "what answers there is no container engine: it tells no Api-Version",
        reason: "no-engine")
    }
    let (oldest, newest) = Self.versions
    guard major == oldest[0], minor >= oldest[1] else {
      throw Failure(
        .unavailable,
        "the engine knows its API up to \(major).\(minor), and 1.\(oldest[1]) at "
          + "least is needed: Docker 19.03, or Podman 3", reason: "engine-too-old")
    }
    let agreed = "/v1.\(min(minor, newest[1]))"
    version.withLock { $0 = agreed }
    return agreed
  }

  var agreed: String? { version.withLock { $0 } }
  func forget() { version.withLock { $0 = nil } }
}
