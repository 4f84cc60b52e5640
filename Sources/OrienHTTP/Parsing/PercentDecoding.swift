import OrienModel

/// Turns `%41` into `A`, once: what comes out is never decoded again.
enum PercentDecoding {
  /// The text that `bytes` spell. Refuses a `%` without two digits, control characters and bytes
  /// that are not UTF-8, overlong forms among them.
  static func text(_ bytes: Span<UInt8>) throws(Refusal) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    var index = 0
    var isASCII = true
    while index < bytes.count {
      var byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "%") {
        guard index + 1 < bytes.count, let high = bytes[index].hexValue,
          let low = bytes[index + 1].hexValue
        else { throw .malformed("in the target, % must be followed by two hexadecimal digits") }
        byte = high << 4 | low
        index += 2
        guard byte >= ASCII.space, byte != ASCII.delete else {
          throw .malformed("the target spells a control character")
        }
      }
      if byte >= 0x80 { isASCII = false }
      text.append(byte)
    }
    guard isASCII || String(validating: text, as: UTF8.self) != nil else {
      throw .malformed("the target, once decoded, is not UTF-8")
    }
    return text
  }
}
