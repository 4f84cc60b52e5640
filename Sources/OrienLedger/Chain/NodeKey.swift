import CSodium
import OrienModel
import OrienSystem

/// The node's secret: signs the chain's heads, and masks what must not be guessed.
///
/// One seed in `node.key`, readable by the node alone; every other key is derived from it.
struct NodeKey: Sendable {
  static let fileName: FolderPath = "node.key"
  static let publicFileName: FolderPath = "node.pub"

  let publicKey: [UInt8]
  /// Masks the row's number in an execution's id.
  let mintKey: [UInt8]
  /// Hashes what is kept of idempotent requests.
  let idempotencyKey: [UInt8]
  /// Seals what is kept for somebody and is not to be read off the disk.
  let sealingKey: [UInt8]
  private let seed: [UInt8]
  private let secret: [UInt8]

  init(seed: [UInt8]) {
    precondition(seed.count == Int(crypto_sign_SEEDBYTES) && Sodium.isReady)
    self.seed = seed
    var publicKey = [UInt8](repeating: 0, count: Int(crypto_sign_PUBLICKEYBYTES))
    var secret = [UInt8](repeating: 0, count: Int(crypto_sign_SECRETKEYBYTES))
    crypto_sign_seed_keypair(&publicKey, &secret, seed)
    self.publicKey = publicKey
    self.secret = secret
    mintKey = Self.derive(1, 16, from: seed)
    idempotencyKey = Self.derive(2, 32, from: seed)
    sealingKey = Self.derive(3, Int(crypto_secretbox_KEYBYTES), from: seed)
  }

  static func generate() -> NodeKey { NodeKey(seed: Random.bytes(Int(crypto_sign_SEEDBYTES))) }

  private static func derive(_ number: UInt64, _ count: Int, from seed: [UInt8]) -> [UInt8] {
    var key = [UInt8](repeating: 0, count: count)
    crypto_kdf_derive_from_key(&key, count, number, "orienkey", seed)
    return key
  }

  func sign(_ message: [UInt8]) -> [UInt8] {
    var signature = [UInt8](repeating: 0, count: Int(crypto_sign_BYTES))
    crypto_sign_detached(&signature, nil, message, UInt64(message.count), secret)
    return signature
  }

  static func verify(_ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
    signature.count == Int(crypto_sign_BYTES)
      && publicKey.count == Int(crypto_sign_PUBLICKEYBYTES) && Sodium.isReady
      && crypto_sign_verify_detached(signature, message, UInt64(message.count), publicKey) == 0
  }
}

extension NodeKey {
  /// The key in `folder`; nil where there is none.
  init?(in folder: Folder) throws(Failure) {
    guard let text = try folder.contents(of: Self.fileName, atMost: 256) else { return nil }
    let path = "\(folder.path)/\(Self.fileName)"
    let mode: UInt32
    do { mode = try folder.status(of: Self.fileName).mode } catch { throw error.failure(path) }
    guard mode & 0o077 == 0 else {
      throw Failure(
        .denied, "node-key",
        "\(path): others may read the node's key (mode \(String(mode, radix: 8))); chmod 600 \(path)"
      )
    }
    let digits = text.prefix { $0.isLowerHexDigit }
    guard digits.count == 64, text.dropFirst(64).allSatisfy({ $0 == UInt8(ascii: "\n") }) else {
      throw Failure(
        .invalid, "node-key",
        "\(path): expected 64 lower-case hexadecimal digits;"
          + " restore the file from a backup")
    }
    self.init(seed: String(decoding: digits, as: UTF8.self).hexBytes)
  }

  func write(to folder: Folder) throws(Failure) {
    try folder.replace(
      Self.publicFileName, with: Array("\(String(hex: publicKey))\n".utf8), mode: 0o644)
    try folder.replace(Self.fileName, with: Array("\(String(hex: seed))\n".utf8))
  }
}

/// The library, made ready once.
enum Sodium {
  static let isReady = sodium_init() >= 0
}
