extension [UInt8] {
  /// The bytes that base64 text spells (RFC 4648, section 4), or nil.
  ///
  /// Strict, so that no two texts spell the same bytes: padding must be there, blanks and the
  /// letters of base64url must not, and no bit of the last letter may be left over.
  package init?(base64 text: String) {
    let letters = Array(text.utf8)
    guard letters.count % 4 == 0 else { return nil }
    let padding = letters.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
    self = []
    reserveCapacity(letters.count / 4 * 3)
    var bits: UInt32 = 0
    var pending = 0
    for letter in letters.dropLast(padding) {
      guard let value = Self.base64Value(letter) else { return nil }
      bits = bits << 6 | UInt32(value)
      pending += 6
      if pending >= 8 {
        pending -= 8
        append(UInt8(truncatingIfNeeded: bits >> pending))
        bits &= 1 << pending - 1
      }
    }
    if bits != 0 { return nil }
  }

  private static func base64Value(_ letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): letter - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): letter - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}

extension [UInt8] {
  private static let base64Letters = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// As base64 text, with its padding.
  package var base64: String {
    var text: [UInt8] = []
    text.reserveCapacity((count + 2) / 3 * 4)
    for start in stride(from: 0, to: count, by: 3) {
      let length = Swift.min(3, count - start)
      var bits: UInt32 = 0
      for place in 0..<3 { bits = bits << 8 | (place < length ? UInt32(self[start + place]) : 0) }
      for place in 0..<4 {
        let letter = Self.base64Letters[Int(bits >> (18 - 6 * UInt32(place)) & 63)]
        text.append(place <= length ? letter : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
