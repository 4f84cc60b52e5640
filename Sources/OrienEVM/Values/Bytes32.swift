package import OrienModel

/// Thirty-two bytes: a hash, a topic, a `bytes32`.
package struct Bytes32: Sendable, Hashable {
  package let bytes: [UInt8]

  /// Nil where there are not exactly 32.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    self.bytes = Array(bytes)
  }

  package init(_ value: UInt256) { bytes = value.bytes }

  /// Reads `0x` and 64 digits.
  package init?(hex text: String) {
    guard let bytes = HexData.bytes(of: text) else { return nil }
    self.init(bytes)
  }
}

extension Bytes32: CustomStringConvertible {
  package var description: String { HexData.text(of: bytes) }
}

extension UInt256 {
  package init(_ word: Bytes32) {
    guard let value = UInt256(bigEndian: word.bytes) else {
      preconditionFailure("a word has 32 bytes")
    }
    self = value
  }
}

/// Bytes as JSON-RPC writes them: `0x` and two digits a byte.
package enum HexData {
  package static func text(of bytes: some Collection<UInt8>) -> String { "0x" + String(hex: bytes) }

  /// Nil for whatever is not exactly that.
  package static func bytes(of text: String) -> [UInt8]? {
    let digits = text.utf8.dropFirst(2)
    guard text.utf8.starts(with: "0x".utf8), digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    var high: UInt8?
    for digit in digits {
      guard let value = digit.hexValue else { return nil }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return bytes
  }
}
