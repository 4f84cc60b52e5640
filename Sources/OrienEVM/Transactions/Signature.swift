package import OrienModel

/// A signature of secp256k1 from which the key that made it is recovered.
///
/// There is one for a message and a key: of the two values of `s` that verify, the greater is none,
/// so that nobody makes another transaction of a signed one.
package struct Signature: Sendable, Equatable {
  package let r: UInt256
  package let s: UInt256
  /// Of the two points that have `r`, the one whose y is odd.
  package let isOdd: Bool

  /// Half of the curve's order.
  private static let greatestS = UInt256(
    high: 0x7FFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF,
    low: 0x5D57_6E73_57A4_501D_DFE9_2F46_681B_20A0)

  package init(r: UInt256, s: UInt256, isOdd: Bool) throws(Failure) {
    guard !r.isZero, !s.isZero, s <= Self.greatestS else {
      throw Failure(.invalid, "bad-signature", "the signature's numbers are zero or too large")
    }
    self.r = r
    self.s = s
    self.isOdd = isOdd
  }

  /// Who signed `hash`.
  package func signer(of hash: Bytes32) throws(Failure) -> Address {
    let curve = try Secp256k1.library()
    guard let key = curve.recover(r.bytes + s.bytes, isOdd: isOdd, from: hash) else {
      throw Failure(.invalid, "bad-signature", "no key has made this signature")
    }
    return Address(ofKey: key)
  }
}

extension Address {
  /// Of a public key's two coordinates.
  init(ofKey coordinates: [UInt8]) { self.init(lastOf: Keccak256.hash(of: coordinates)) }
}
