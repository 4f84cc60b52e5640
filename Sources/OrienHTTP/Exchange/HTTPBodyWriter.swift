/// Where an answer is written piece by piece. Belongs to the loop.
///
/// Whoever has much to write waits for `onDrain` when `isWritable` is false; a writer that does
/// not, or whose client does not read, is cut when `HTTPLimits.unsentBytes` wait. Letting go of it
/// before `finish` cuts the connection, so that the client does not take a part for the whole.
/// The callbacks are held until the answer's end and may hold the writer.
package final class HTTPBodyWriter {
  private let connection: HTTPConnection
  private let number: UInt64

  /// Above this many bytes unsent, a writer that can wait should.
  private static let highWaterBytes = 64 << 10

  init(_ connection: HTTPConnection, _ number: UInt64) {
    self.connection = connection
    self.number = number
  }

  deinit {
    if isOpen { connection.close() }
  }

  /// Whether what is written may still arrive.
  package var isOpen: Bool { connection.isPresent(number) }

  /// What was written and not taken yet.
  package var unsentBytes: Int { isOpen ? connection.output.count : 0 }

  package var isWritable: Bool { isOpen && connection.output.count < Self.highWaterBytes }

  package func write(_ bytes: [UInt8]) {
    if isOpen { connection.writeStream(bytes) }
  }

  /// Ends the answer: it was whole.
  package func finish() {
    if isOpen { connection.endStream() }
  }

  /// Ends the connection: the answer stays a part.
  package func cut() {
    if isOpen { connection.close() }
  }

  /// Calls `body` whenever everything written has been taken after some had to wait.
  package func onDrain(_ body: @escaping () -> Void) { change { $0.onDrain = body } }

  /// Calls `body` once when the client says that it sends no more: it may listen still, but mostly
  /// it is gone. Whoever writes seldom, and without an end in sight, does well to cut then.
  package func onDisconnect(_ body: @escaping () -> Void) {
    if isOpen, connection.hasEnded { body() } else { change { $0.onDisconnect = body } }
  }

  /// Calls `body` once when the client goes away before `finish`; at once where it is gone.
  package func onClose(_ body: @escaping () -> Void) {
    if isOpen { change { $0.onClose = body } } else { body() }
  }

  private func change(_ body: (inout HTTPConnection.StreamCallbacks) -> Void) {
    guard isOpen, case .streaming(var callbacks) = connection.outbound else { return }
    body(&callbacks)
    connection.outbound = .streaming(callbacks)
  }
}
