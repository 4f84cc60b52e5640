internal import CSodium
package import OrienModel
internal import OrienSystem

/// A private key. It lies in memory between guard pages that is in no core and, as far as the limit of
/// locked memory goes, on no swap; it is wiped at its end, and nothing prints it.
package final class SigningKey {
  package static let bytes = 32

  private let curve: Secp256k1
  private let secret: UnsafeMutablePointer<UInt8>
  package let address: Address

  /// Fails where `bytes` are no key of the curve; wiping them is the caller's.
  package convenience init(_ bytes: [UInt8]) throws(Failure) {
    guard bytes.count == Self.bytes else {
      throw Failure(.invalid, "bad-key", "expected 32 bytes of a key, found \(bytes.count)")
    }
    let curve = try Secp256k1.library()
    let secret = Self.room()
    bytes.withUnsafeBufferPointer { secret.update(from: $0.baseAddress!, count: $0.count) }
    guard curve.isKey(secret) else {
      sodium_free(secret)
      throw Failure(.invalid, "bad-key", "these 32 bytes are no key of secp256k1")
    }
    self.init(holding: secret, curve)
  }

  /// A new one, from the kernel's random bytes.
  package static func make() throws(Failure) -> SigningKey {
    let curve = try Secp256k1.library()
    let secret = room()
    repeat { randombytes_buf(secret, bytes) } while !curve.isKey(secret)
    return SigningKey(holding: secret, curve)
  }

  private init(holding secret: UnsafeMutablePointer<UInt8>, _ curve: Secp256k1) {
    self.curve = curve
    self.secret = secret
    address = Address(ofKey: curve.publicKey(of: secret))
  }

  deinit { sodium_free(secret) }

  private static func room() -> UnsafeMutablePointer<UInt8> {
    precondition(sodium_init() >= 0, "libsodium starts")
    guard let memory = sodium_malloc(bytes) else {
      preconditionFailure("there is memory that may be locked")
    }
    return memory.assumingMemoryBound(to: UInt8.self)
  }

  package func sign(_ hash: Bytes32) throws(Failure) -> Signature {
    let (numbers, recovery) = curve.sign(hash, by: secret)
    // Of 2^127 signatures one has an r that this chain cannot write.
    guard recovery < 2, let r = UInt256(bigEndian: numbers[..<32]),
      let s = UInt256(bigEndian: numbers[32...])
    else {
      throw Failure(.internal, "bad-signature", "this hash cannot be signed: change the nonce")
    }
    return try Signature(r: r, s: s, isOdd: recovery == 1)
  }

  /// Lends the key's bytes, to write them into its file.
  func lend<Value>(_ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Value) throws(Failure)
    -> Value
  {
    try body(UnsafeBufferPointer(start: secret, count: Self.bytes))
  }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
  package var description: String { "the key of \(address)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
