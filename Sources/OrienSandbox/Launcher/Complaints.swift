import OrienSystem

/// What the parts of one jail complain of, a line each, as lines of the node's log. Belongs to the
/// loop's thread.
final class Complaints {
  private static let lineBytes = 512

  private let reader: Descriptor
  private let log: Log
  private var watch: Watch?
  private var line: [UInt8] = []
  private let onEnd: () -> Void

  /// None of the parts is left: each has the other end for as long as it lives.
  var isOver: Bool { watch == nil }

  /// `onEnd` is called once, when it is over.
  init(
    _ reader: consuming Descriptor, loop: Loop, log: Log, onEnd: @escaping () -> Void
  ) throws(SystemError) {
    self.reader = reader
    self.log = log
    self.onEnd = onEnd
    watch = try loop.watch(self.reader.raw, .read) { [unowned self] _ in hear() }
  }

  deinit { watch?.cancel() }

  /// Logs what there is by now.
  func hear() {
    var piece = [UInt8](repeating: 0, count: 4096)
    do throws(SystemError) {
      while watch != nil {
        let result = piece.withUnsafeMutableBytes { room in
          Result { () throws(SystemError) in try reader.read(into: room) }
        }
        guard let count = try result.get() else { return }
        guard count > 0 else { return end() }
        for byte in piece.prefix(count) { take(byte) }
      }
    } catch {
      log.error("the jail cannot be heard", ["error": "\(error)"])
      end()
    }
  }

  private func take(_ byte: UInt8) {
    if byte != UInt8(ascii: "\n") { line.append(byte) }
    guard byte == UInt8(ascii: "\n") || line.count == Self.lineBytes else { return }
    log.warning("orien-jail: " + String(decoding: line, as: UTF8.self))
    line.removeAll()
  }

  private func end() {
    watch?.cancel()
    watch = nil
    onEnd()
  }
}
