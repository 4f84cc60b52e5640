import OrienModel
import OrienSystem
import Synchronization

/// What an execution writes, copied to this program's own two streams as it comes.
///
/// Each stream has a connection and a thread of its own, so that neither waits for the other, and
/// its bytes arrive as they are. A connection that breaks is taken up again where it broke.
final class Output: Sendable {
  private let id: String
  private let address: NodeClient.Address
  private let console: Console
  private let failure = Mutex<Failure?>(nil)

  /// How often in a row a connection may break without a byte in between.
  private static let tries = 5

  init(id: String, address: NodeClient.Address, console: Console) {
    self.id = id
    self.address = address
    self.console = console
  }

  /// Copies both streams, to their end where `follow` is set, else what is there.
  func copy(follow: Bool) throws(Failure) {
    let errors = Thread("stderr") { [self] in
      do throws(Failure) {
        try copy("stderr", to: .errors, follow)
      } catch {
        failure.withLock { $0 = error }
      }
    }
    let result = Result { () throws(Failure) in try copy("stdout", to: .output, follow) }
    errors.join()
    try result.get()
    if let failure = failure.withLock({ $0 }) { throw failure }
  }

  private func copy(
    _ name: String, to stream: StandardStream, _ follow: Bool
  ) throws(Failure) {
    let node = try NodeClient(address)
    var offset: UInt64 = 0
    var tries = 0
    while true {
      let start = offset
      do throws(Failure) {
        let path = Paths.output(id, name, offset: offset, follow: follow)
        try node.stream(path, accept: "*/*") { bytes throws(Failure) in
          offset += UInt64(bytes.count)
          try console.write(bytes, to: stream)
          return true
        }
        return
      } catch {
        tries = offset > start ? 0 : tries + 1
        guard error.reason == "broken-connection", tries < Self.tries else { throw error }
      }
    }
  }
}

extension NodeClient {
  /// The execution's final record, once there is one.
  func final(_ id: String) throws(Failure) -> JSON {
    // Its events end with its final state; what they say in between is not wanted.
    for _ in 0..<5 {
      let record = try json("GET", Paths.execution(id))
      if Status(rawValue: record["status"]?.string ?? "")?.isFinal ?? false { return record }
      do throws(Failure) {
        try stream(Paths.events(id), accept: "text/event-stream") { _ in true }
      } catch {
        guard error.reason == "broken-connection" else { throw error }
      }
    }
    throw Failure(.unavailable, "no-end", "\(id) goes on, but the node does not say how")
  }
}
