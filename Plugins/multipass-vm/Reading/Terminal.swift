/// What a program meant that believed to write to a terminal.
enum Terminal {
  /// The text without escape sequences and control characters, its lines kept.
  static func plain(_ bytes: [UInt8]) -> String {
    var kept: [UInt8] = []
    kept.reserveCapacity(bytes.count)
    var rest = bytes[...]
    while let byte = rest.popFirst() {
      switch byte {
      case 0x1B: skipSequence(&rest)
      case 0x0A, 0x20...0x7E, 0x80...0xFF: kept.append(byte)
      // Back to the line's begin or the next stop: what is left and right of it are two words.
      case 0x09, 0x0D: kept.append(0x20)
      default: break
      }
    }
    return String(decoding: kept, as: UTF8.self)
  }

  /// Drops what follows an escape: `[` and parameters up to a letter, `]` and text up to its end, or
  /// one character.
  private static func skipSequence(_ rest: inout ArraySlice<UInt8>) {
    guard let kind = rest.popFirst() else { return }
    switch kind {
    case UInt8(ascii: "["):
      while let byte = rest.popFirst(), !(0x40...0x7E).contains(byte) {}
    case UInt8(ascii: "]"):
      while let byte = rest.popFirst(), byte != 0x07 {
        if byte == 0x1B {
          rest = rest.dropFirst()
          return
        }
      }
    default: break
    }
  }
}
