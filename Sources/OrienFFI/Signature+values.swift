import COrienABI
package import OrienModel

extension Signature {
  /// The most that a call with these values takes from its arena.
  package static func bytes(of values: [ArgumentValue]) -> Int {
    values.reduce((values.count + 4) * MemoryLayout<UInt>.stride) { $0 + bytes(of: $1) }
  }

  /// What `Arena.place` takes at most: the value, what it points to, and what aligning both costs.
  private static func bytes(of value: ArgumentValue) -> Int {
    let slot = 2 * MemoryLayout<orien_bytes>.stride
    return switch value {
    case .bool, .integer, .number, .text(nil), .texts(nil): slot
    case .text(let text?): slot + Arena.bytes(of: text)
    case .bytes(let bytes): slot + bytes.count
    case .texts(let texts?):
      texts.reduce(slot + (texts.count + 2) * MemoryLayout<UInt>.stride) {
        $0 + Arena.bytes(of: $1)
      }
    }
  }
}

extension Arena {
  /// Lays the value out as C has it and answers where it is.
  mutating func place(
    _ value: ArgumentValue, as kind: Argument.Kind
  ) -> UnsafeMutableRawPointer {
    switch (kind, value) {
    case (.bool, .bool(let value)): put(UInt8(value ? 1 : 0))
    case (.integer, .integer(let value)): put(value)
    case (.number, .number(let value)): put(value)
    case (.text, .text(let text)), (.file, .text(let text)): put(text.map { copy($0) })
    case (.bytes, .bytes(let bytes)), (.json, .bytes(let bytes)): put(copy(bytes))
    case (.texts, .texts(let texts)): put(texts.map { copy($0) })
    // The value stays out of the message: it may be secret.
    default: preconditionFailure("a value is not of its argument's kind, \(kind)")
    }
  }

  private mutating func put<Value: BitwiseCopyable>(_ value: Value) -> UnsafeMutableRawPointer {
    let slot = room(for: 1, of: Value.self)
    slot.initialize(to: value)
    return UnsafeMutableRawPointer(slot)
  }

  private mutating func copy(_ bytes: [UInt8]) -> orien_bytes {
    guard !bytes.isEmpty else { return orien_bytes(data: nil, size: 0) }
    let copy = room(for: bytes.count, of: UInt8.self)
    copy.initialize(from: bytes, count: bytes.count)
    return orien_bytes(data: copy, size: bytes.count)
  }

  private mutating func copy(_ texts: [String]) -> UnsafeMutablePointer<UnsafePointer<CChar>?> {
    let list = room(for: texts.count + 1, of: UnsafePointer<CChar>?.self)
    for (index, text) in texts.enumerated() { list[index] = copy(text) }
    list[texts.count] = nil
    return list
  }
}
