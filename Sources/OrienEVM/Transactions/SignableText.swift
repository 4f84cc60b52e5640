package import OrienModel

/// A text as wallets sign it for whoever asks them to (`personal_sign`, EIP-191): what it begins with
/// keeps its hash from being that of any transaction.
package struct SignableText: Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package var hash: Bytes32 {
    let bytes = Array(text.utf8)
    let beginning = Array("\u{19}Ethereum Signed Message:\n\(bytes.count)".utf8)
    return Keccak256.hash(of: beginning + bytes)
  }

  package func signed(by key: SigningKey) throws(Failure) -> Signature { try key.sign(hash) }
}

extension Signature {
  private static let parityBit = UInt256(high: 1 << 127, low: 0)

  /// As wallets write one: r, s and 0 or 1, or 27 or 28 as some count; or in 64 bytes, where the parity
  /// is the first bit of s (EIP-2098).
  package init(parsing text: String) throws(Failure) {
    guard let bytes = HexData.bytes(of: text), bytes.count == 64 || bytes.count == 65,
      let r = UInt256(bigEndian: bytes[..<32]), let last = UInt256(bigEndian: bytes[32..<64])
    else {
      throw Failure(.invalid, "bad-signature", "expected 0x and 64 or 65 bytes of a signature")
    }
    guard bytes.count == 65 else {
      let isOdd = last >= Self.parityBit
      try self.init(r: r, s: isOdd ? last.minus(Self.parityBit) ?? last : last, isOdd: isOdd)
      return
    }
    switch bytes[64] {
    case 0, 27: try self.init(r: r, s: last, isOdd: false)
    case 1, 28: try self.init(r: r, s: last, isOdd: true)
    case let other:
      throw Failure(
        .invalid, "bad-signature", "a signature ends with 0, 1, 27 or 28, and not with \(other)")
    }
  }

  /// As most wallets write it.
  package var text: String { HexData.text(of: r.bytes + s.bytes + [isOdd ? 28 : 27]) }
}
