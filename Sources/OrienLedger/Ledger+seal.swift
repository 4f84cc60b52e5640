import CSodium
package import OrienModel
import OrienSystem

// Secrets that wait for whom they are for: sealed by the node's own key, so that neither the ledger's
// file nor a copy of it tells them.

extension Ledger {
  package func seal(_ secret: [UInt8]) -> [UInt8] {
    let nonce = Random.bytes(Int(crypto_secretbox_NONCEBYTES))
    var sealed = [UInt8](repeating: 0, count: secret.count + Int(crypto_secretbox_MACBYTES))
    crypto_secretbox_easy(&sealed, secret, UInt64(secret.count), nonce, key.sealingKey)
    return nonce + sealed
  }

  /// Failure `internal` where it was not sealed here, or is not what was sealed.
  package func unseal(_ bytes: [UInt8]) throws(Failure) -> [UInt8] {
    let nonce = Array(bytes.prefix(Int(crypto_secretbox_NONCEBYTES)))
    let sealed = Array(bytes.dropFirst(nonce.count))
    let overhead = Int(crypto_secretbox_MACBYTES)
    guard sealed.count >= overhead else { throw Self.unsealable }
    var secret = [UInt8](repeating: 0, count: sealed.count - overhead)
    guard
      crypto_secretbox_open_easy(&secret, sealed, UInt64(sealed.count), nonce, key.sealingKey) == 0
    else { throw Self.unsealable }
    return secret
  }

  private static let unsealable = Failure(
    .internal, "seal", "a sealed secret does not open: the ledger and its key are not of one node")
}
