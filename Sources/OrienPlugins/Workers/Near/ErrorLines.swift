import OrienModel
import OrienSystem

/// What a worker writes on its standard streams, as lines of the log.
struct ErrorLines {
  let context: PluginContext
  private var line: [UInt8] = []
  private(set) var areOver = false
  private static let lineBytes = 2048

  init(context: PluginContext) { self.context = context }

  /// Reads what is there now.
  mutating func read(_ errors: borrowing Descriptor) throws(SystemError) {
    var room = [UInt8](repeating: 0, count: 16 << 10)
    let raw = errors.raw
    let result = room.withUnsafeMutableBytes { bytes in
      Result { () throws(SystemError) in try Descriptor.read(raw, into: bytes) }
    }
    guard let count = try result.get() else { return }
    areOver = count == 0
    for byte in room.prefix(count) {
      if byte == UInt8(ascii: "\n") || line.count == Self.lineBytes { tell() }
      if byte != UInt8(ascii: "\n") { line.append(byte) }
    }
    if areOver { tell() }
  }

  /// Tells what has come of a line that nobody ends any more.
  mutating func finish() { tell() }

  private mutating func tell() {
    defer { line.removeAll() }
    guard !line.isEmpty else { return }
    context.log(.warning, String(decoding: line, as: UTF8.self).harmless)
  }
}
