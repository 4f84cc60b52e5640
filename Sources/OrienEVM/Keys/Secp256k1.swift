internal import CSecp256k1
internal import OrienModel
internal import OrienSystem

/// libsecp256k1's calls. The context is made once, blinded against who measures it, and only read after.
struct Secp256k1 {
  private let context: OpaquePointer

  // Nothing changes it after it is made, and the library reads it from any number of threads.
  nonisolated(unsafe) private static let loaded: Result<Secp256k1, Failure> = {
    if let fault = csecp256k1_load() {
      return .failure(Failure(.unavailable, "no-libsecp256k1", String(cString: fault)))
    }
    guard let context = csecp256k1_make(Random.bytes(32)) else {
      preconditionFailure("libsecp256k1 has memory, and a context is blinded")
    }
    return .success(Secp256k1(context: context))
  }()

  /// Loads the library where nobody has yet; fails where this machine has none.
  static func library() throws(Failure) -> Secp256k1 { try loaded.get() }

  /// Zero and what is not below the curve's order is no key.
  func isKey(_ key: UnsafePointer<UInt8>) -> Bool { csecp256k1_is_key(context, key) == 1 }

  /// The two coordinates of the public key.
  func publicKey(of key: UnsafePointer<UInt8>) -> [UInt8] {
    var point = secp256k1_pubkey()
    precondition(csecp256k1_public_key(context, &point, key) == 1, "the key was checked")
    return coordinates(&point)
  }

  /// By RFC 6979, so that no bad random number ever tells the key; `s` is the lesser of two.
  func sign(
    _ hash: Bytes32, by key: UnsafePointer<UInt8>
  ) -> (numbers: [UInt8], recovery: Int32) {
    var numbers = [UInt8](repeating: 0, count: 64)
    var recovery: Int32 = 0
    let isSigned = csecp256k1_sign(context, hash.bytes, key, &numbers, &recovery)
    precondition(isSigned == 1, "the key was checked")
    return (numbers, recovery)
  }

  /// Nil where there is no such key.
  func recover(_ numbers: [UInt8], isOdd: Bool, from hash: Bytes32) -> [UInt8]? {
    var point = secp256k1_pubkey()
    guard csecp256k1_recover(context, hash.bytes, numbers, isOdd ? 1 : 0, &point) == 1 else {
      return nil
    }
    return coordinates(&point)
  }

  private func coordinates(_ point: inout secp256k1_pubkey) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(CSECP256K1_POINT_BYTES))
    csecp256k1_write_point(context, &point, &bytes)
    return Array(bytes.dropFirst())
  }
}
