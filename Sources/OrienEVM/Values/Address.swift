package import OrienModel

/// An account or a contract: the last 20 bytes of a hash. Compared by its bytes, whatever the case
/// that it was written in.
package struct Address: Sendable, Hashable {
  package let bytes: [UInt8]

  /// Nil where there are not exactly 20.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 20 else { return nil }
    self.bytes = Array(bytes)
  }

  package static let zero = Address(lastOf: Bytes32(.zero))

  package var isZero: Bool { self == .zero }

  /// The end of a word, whatever stands before.
  init(lastOf word: Bytes32) { bytes = Array(word.bytes.suffix(20)) }
}

// MARK: Text, as EIP-55 has it

extension Address: CustomStringConvertible {
  /// With the checksum that the case of its letters is.
  package var description: String {
    let digits = Array(String(hex: bytes).utf8)
    let hash = Keccak256.hash(of: digits).bytes
    let cased = digits.enumerated().map { index, digit in
      let nibble = index % 2 == 0 ? hash[index / 2] >> 4 : hash[index / 2] & 15
      return digit.isASCIILowercase && nibble >= 8 ? digit - 0x20 : digit
    }
    return "0x" + String(decoding: cased, as: UTF8.self)
  }

  /// All letters of one case carry no checksum; letters of both have to carry the right one, so
  /// that a mistyped address is refused and not paid.
  package init(parsing text: String) throws(Failure) {
    guard let bytes = HexData.bytes(of: text), let address = Address(bytes) else {
      throw Failure(
        .invalid, "bad-address", "expected 0x and 40 hexadecimal digits, found \(text.quoted)")
    }
    let letters = text.utf8.dropFirst(2).filter(\.isASCIILetter)
    let hasBoth =
      letters.contains(where: \.isASCIILowercase)
      && letters.contains { !$0.isASCIILowercase }
    guard !hasBoth || text.hasSameBytes(as: address.description) else {
      throw Failure(
        .invalid, "bad-address-checksum",
        "\(text.quoted): the case of its letters is no EIP-55 checksum; look for a typing error")
    }
    self = address
  }
}
