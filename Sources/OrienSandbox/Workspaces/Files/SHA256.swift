import CSodium
import OrienModel

/// The hash by which a file's owner knows that it arrived as it was sent, and who keeps an answer
/// that it is still the same.
package struct SHA256: Sendable {
  private var state = crypto_hash_sha256_state()

  package init() { crypto_hash_sha256_init(&state) }

  package mutating func update(_ bytes: [UInt8]) {
    crypto_hash_sha256_update(&state, bytes, UInt64(bytes.count))
  }

  /// As 64 hexadecimal digits. To be asked once, after the last update.
  package mutating func finish() -> String {
    var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_bytes()))
    crypto_hash_sha256_final(&state, &digest)
    return String(hex: digest)
  }
}
