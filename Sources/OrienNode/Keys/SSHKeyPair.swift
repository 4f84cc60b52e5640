import CSodium
package import OrienModel
import OrienSystem

/// A pair of Ed25519 keys in OpenSSH's forms, for whoever brings none.
package struct SSHKeyPair: Sendable {
  /// One line, as `authorized_keys` has it.
  package let publicKey: String
  /// As `id_ed25519` has it, without a passphrase.
  package let privateKey: String

  package static func generate(comment: String) -> SSHKeyPair {
    SSHKeyPair(seed: Random.bytes(Int(crypto_sign_SEEDBYTES)), comment: comment)
  }

  init(seed: [UInt8], comment: String) {
    precondition(sodium_init() >= 0 && seed.count == Int(crypto_sign_SEEDBYTES))
    var open = [UInt8](repeating: 0, count: Int(crypto_sign_PUBLICKEYBYTES))
    var secret = [UInt8](repeating: 0, count: Int(crypto_sign_SECRETKEYBYTES))
    crypto_sign_seed_keypair(&open, &secret, seed)
    let type = Array("ssh-ed25519".utf8)
    var blob = SSHWriter()
    blob.string(type)
    blob.string(open)
    publicKey = "ssh-ed25519 \(blob.bytes.base64) \(comment)"

    var inner = SSHWriter()
    // Twice the same: how a reader tells a wrong passphrase, of which there is none here.
    let check = Random.bytes(4)
    inner.bytes += check + check
    inner.string(type)
    inner.string(open)
    inner.string(secret)
    inner.string(Array(comment.utf8))
    // Filled up to a whole block, by 1, 2, 3 and so on.
    inner.bytes += (1...8).prefix((8 - inner.bytes.count % 8) % 8)

    var file = SSHWriter()
    file.bytes += Array("openssh-key-v1".utf8) + [0]
    file.string(Array("none".utf8))
    file.string(Array("none".utf8))
    file.string([])
    file.bytes += [0, 0, 0, 1]
    file.string(blob.bytes)
    file.string(inner.bytes)
    let text = Array(file.bytes.base64.utf8)
    var lines = ["-----BEGIN OPENSSH PRIVATE KEY-----"]
    for start in stride(from: 0, to: text.count, by: 70) {
      lines.append(String(decoding: text[start..<min(start + 70, text.count)], as: UTF8.self))
    }
    lines.append("-----END OPENSSH PRIVATE KEY-----")
    privateKey = lines.joined(separator: "\n") + "\n"
  }
}

/// What SSH writes: lengths in four bytes, the largest first.
private struct SSHWriter {
  var bytes: [UInt8] = []

  mutating func string(_ value: [UInt8]) {
    let count = UInt32(value.count)
    bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
    bytes += value
  }
}

/// A public key that somebody sends: one line that is a key and nothing else, because what stands in
/// `authorized_keys` before a key may be options.
package struct SSHPublicKey: Sendable, Equatable {
  package let line: String

  private static let types = ["ssh-ed25519", "ssh-rsa"]
  private static let mostBytes = 16 << 10

  package init(_ text: String) throws(Failure) {
    let text = text.trimmed
    guard text.utf8.count <= Self.mostBytes, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
    else { throw Self.refusal("expected one line of at most \(Self.mostBytes) bytes") }
    let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
    guard parts.count >= 2, Self.types.contains(String(parts[0])) else {
      throw Self.refusal("expected ssh-ed25519 or ssh-rsa and a key behind it")
    }
    let type = Array(parts[0].utf8)
    guard let blob = [UInt8](base64: String(parts[1])), blob.count > 4 + type.count,
      Array(blob[..<4]) == [0, 0, 0, UInt8(type.count)],
      Array(blob[4...].prefix(type.count)) == type
    else { throw Self.refusal("what follows \(parts[0]) is no such key") }
    line = text
  }

  private static func refusal(_ what: String) -> Failure {
    Failure(.invalid, "ssh-key", "ssh_key: \(what)", faults: [.init("/ssh_key", what)])
  }
}

extension String {
  fileprivate var trimmed: String {
    let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
    let bytes = Array(utf8)
    guard let first = bytes.firstIndex(where: { !isBlank($0) }),
      let last = bytes.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(decoding: bytes[first...last], as: UTF8.self)
  }
}
