import CSodium
import OrienModel

/// The hash by which a file's owner knows that it arrived as it was sent, and who keeps an answer
/// that it is still the same.
package struct SHA256: Sendable {
  private var state = crypto_hash_sha256_state()

  /// Of a digest.
  package static let bytes = Int(crypto_hash_sha256_BYTES)

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

  /// The hash of a few bytes, into `digest`, which has room for one: for who makes many.
  package static func hash(_ text: [UInt8], into digest: inout [UInt8]) {
    precondition(digest.count == bytes, "a digest has \(bytes) bytes")
    crypto_hash_sha256(&digest, text, UInt64(text.count))
  }
}
