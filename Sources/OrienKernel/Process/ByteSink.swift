import OrienModel

/// Where the bytes of a process's stream go. Belongs to the loop.
protocol ByteSink: AnyObject {
  func append(_ bytes: UnsafeRawBufferPointer)
  /// It would rather have no more for now.
  var isCongested: Bool { get }
  /// Calls `body` once it takes some again, at once where it does.
  func whenRelieved(_ body: @escaping () -> Void)
}

extension OutputLog: ByteSink {}

/// Keeps the beginning of a stream for a handler that asked for it, and lets the rest go.
final class Capture: ByteSink {
  private let limitBytes: Int
  private(set) var bytes: [UInt8] = []
  let isCongested = false

  init(limitBytes: Int) { self.limitBytes = limitBytes }

  func append(_ chunk: UnsafeRawBufferPointer) {
    bytes.append(contentsOf: chunk.prefix(limitBytes - bytes.count))
  }

  func whenRelieved(_ body: @escaping () -> Void) { body() }
}
