internal import CSecp256k1
internal import OrienSystem

/// libsecp256k1's calls. The context is made once, blinded against who measures it, and only read after.
enum Secp256k1 {
  // Nothing changes it after it is made, and the library reads it from any number of threads.
  nonisolated(unsafe) private static let context: OpaquePointer = {
    guard let context = secp256k1_shim_context() else {
      preconditionFailure("libsecp256k1 has memory")
    }
    precondition(
      secp256k1_context_randomize(context, Random.bytes(32)) == 1, "a context is blinded")
    return context
  }()

  /// Zero and what is not below the curve's order is no key.
  static func isKey(_ key: UnsafePointer<UInt8>) -> Bool {
    secp256k1_ec_seckey_verify(context, key) == 1
  }

  /// The two coordinates of the public key.
  static func publicKey(of key: UnsafePointer<UInt8>) -> [UInt8] {
    var point = secp256k1_pubkey()
    precondition(secp256k1_ec_pubkey_create(context, &point, key) == 1, "the key was checked")
    return coordinates(&point)
  }

  /// By RFC 6979, so that no bad random number ever tells the key; `s` is the lesser of two.
  static func sign(
    _ hash: Bytes32, by key: UnsafePointer<UInt8>
  ) -> (numbers: [UInt8], recovery: Int32) {
    var signature = secp256k1_ecdsa_recoverable_signature()
    let isSigned = secp256k1_ecdsa_sign_recoverable(context, &signature, hash.bytes, key, nil, nil)
    precondition(isSigned == 1, "the key was checked")
    var numbers = [UInt8](repeating: 0, count: 64)
    var recovery: Int32 = 0
    secp256k1_ecdsa_recoverable_signature_serialize_compact(
      context, &numbers, &recovery, &signature)
    return (numbers, recovery)
  }

  /// Nil where there is no such key.
  static func recover(_ numbers: [UInt8], isOdd: Bool, from hash: Bytes32) -> [UInt8]? {
    var signature = secp256k1_ecdsa_recoverable_signature()
    var point = secp256k1_pubkey()
    guard
      secp256k1_ecdsa_recoverable_signature_parse_compact(
        context, &signature, numbers, isOdd ? 1 : 0) == 1,
      secp256k1_ecdsa_recover(context, &point, &signature, hash.bytes) == 1
    else { return nil }
    return coordinates(&point)
  }

  private static func coordinates(_ point: inout secp256k1_pubkey) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 65)
    var count = bytes.count
    secp256k1_ec_pubkey_serialize(
      context, &bytes, &count, &point, secp256k1_shim_uncompressed())
    return Array(bytes.dropFirst())
  }
}
