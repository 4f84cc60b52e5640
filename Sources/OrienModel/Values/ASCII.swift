// Characters of protocols. Identifiers and headers are bytes; no locale has a say in them.

extension UInt8 {
  package var isASCIIDigit: Bool { self >= 0x30 && self <= 0x39 }
  package var isASCIILetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A }
  package var isASCIILowercase: Bool { self >= 0x61 && self <= 0x7A }
  /// A letter, a digit, `_` or `-`.
  package var isASCIIWord: Bool {
    isASCIILetter || isASCIIDigit || self == UInt8(ascii: "_") || self == UInt8(ascii: "-")
  }
  package var isLowerHexDigit: Bool { isASCIIDigit || (self >= 0x61 && self <= 0x66) }

  /// The lower-case digits that spell it.
  var highHexDigit: UInt8 { Self.hexDigit(self >> 4) }
  var lowHexDigit: UInt8 { Self.hexDigit(self & 15) }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
  }

  /// The digit's value, of either case; nil for any other character.
  package var hexValue: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x61...0x66: self - 0x61 + 10
    case 0x41...0x46: self - 0x41 + 10
    default: nil
    }
  }
}

extension String {
  package mutating func appendHex(_ byte: UInt8) {
    append(Character(Unicode.Scalar(byte.highHexDigit)))
    append(Character(Unicode.Scalar(byte.lowHexDigit)))
  }

  /// The bytes as lower-case hexadecimal digits.
  package init(hex bytes: [UInt8]) { self.init(hexDigitsOf: bytes) }

  package init(hex bytes: some Collection<UInt8>) { self.init(hexDigitsOf: bytes) }

  private init(hexDigitsOf bytes: some Collection<UInt8>) {
    self.init(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
      var index = 0
      for byte in bytes {
        buffer[index] = byte.highHexDigit
        buffer[index + 1] = byte.lowHexDigit
        index += 2
      }
      return index
    }
  }
}

extension String {
  /// The bytes that its hexadecimal digits spell, other characters passed over.
  package var hexBytes: [UInt8] {
    var bytes: [UInt8] = []
    var high: UInt8?
    for byte in utf8 {
      guard let digit = byte.hexValue else { continue }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return bytes
  }
}

extension [UInt8] {
  /// Appends the number's decimal digits, with zeros in front up to `digits`, of 20 at most.
  package mutating func appendDecimal(_ value: UInt64, digits: Int = 1) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
      var rest = value
      var start = 20
      while rest > 0 || start > 20 - digits {
        start -= 1
        buffer[start] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      }
      append(contentsOf: UnsafeBufferPointer(rebasing: buffer[start...]))
    }
  }
}

extension String {
  package mutating func appendPadded(_ value: Int64, _ width: Int) {
    let digits = Swift.String(value)
    for _ in 0..<Swift.max(0, width - digits.utf8.count) { append("0") }
    append(digits)
  }
}
