import COrienJail
import OrienSystem

/// A frame from the jail, and the descriptor that came with it.
struct Frame: ~Copyable {
  let kind: UInt32
  let id: UInt64
  let body: [UInt8]
  var descriptor: Descriptor?

  /// The body as one of the fixed structures of orien_jail.h; nil where its size is another's.
  borrowing func decode<Value: BitwiseCopyable>(_: Value.Type) -> Value? {
    guard body.count == MemoryLayout<Value>.size else { return nil }
    return body.withUnsafeBytes { $0.loadUnaligned(as: Value.self) }
  }

  static func header(_ kind: orien_jail_frame, id: UInt64, size: Int = 0) -> [UInt8] {
    bytes(of: orien_jail_header(size: UInt32(size), kind: kind.rawValue, id: id))
  }

  static func bytes<Value: BitwiseCopyable>(of value: Value) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
  }
}

extension String {
  /// The text in an array of a structure's, which ends at the first NUL.
  init<Field: BitwiseCopyable>(field: Field) {
    self = withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
