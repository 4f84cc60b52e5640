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
