/// A set of ASCII characters, asked by one shift.
struct ByteSet {
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  init(_ parts: StaticString...) {
    for part in parts {
      part.withUTF8Buffer { characters in
        for character in characters {
          if character < 64 { low |= 1 << character } else { high |= 1 << (character - 64) }
        }
      }
    }
  }

  func contains(_ byte: UInt8) -> Bool {
    if byte < 64 { return low >> byte & 1 == 1 }
    return byte < 128 && high >> (byte - 64) & 1 == 1
  }

  private static let alphanumeric: StaticString =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

  /// Methods and names of fields (RFC 9110, 5.6.2).
  static let token = ByteSet(alphanumeric, "!#$%&'*+-.^_`|~")
  /// A path with its slashes and percent signs (RFC 3986, 3.3).
  static let path = ByteSet(alphanumeric, "-._~!$&'()*+,;=:@%/")
  static let query = ByteSet(alphanumeric, "-._~!$&'()*+,;=:@%/?")
  static let digits = ByteSet("0123456789")
  /// A registered name or an IPv4 address.
  static let hostName = ByteSet(alphanumeric, "-._~!$&'()*+,;=")
  /// What stands between the brackets of an IPv6 address.
  static let hostLiteral = ByteSet("0123456789abcdefABCDEF:.")
}

/// Characters that have a meaning in a message.
enum ASCII {
  static let tab: UInt8 = 0x09
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let space: UInt8 = 0x20
  static let delete: UInt8 = 0x7F
}
