internal import CSodium
package import OrienModel
internal import OrienSystem

/// A key sealed by a password, as wallets exchange it: JSON of version 3, scrypt, AES-128-CTR, and
/// a Keccak hash that tells a wrong password.
package enum Keystore {
  package static func sealed(
    _ key: SigningKey, by password: [UInt8], cost: Scrypt = .usual
  ) throws(Failure) -> [UInt8] {
    let salt = Random.bytes(32)
    let counter = Random.bytes(16)
    var derived = try cost.key(of: password, salt: salt)
    defer { derived.wipe() }
    let hidden = try key.lend { secret throws(Failure) in
      var secret = Array(secret)
      defer { secret.wipe() }
      return try AES128.counted(secret, key: derived[..<16], counter: counter)
    }
    let code = authenticator(derived, hidden)
    var writer = JSONWriter()
    writer.object { file in
      file.field("version", JSON.integer(3))
      file.field("id", JSON.string(identifier()))
      file.field("address", JSON.string(String(hex: key.address.bytes)))
      file.object("crypto") { crypto in
        crypto.field("cipher", JSON.string("aes-128-ctr"))
        crypto.object("cipherparams") { $0.field("iv", JSON.string(String(hex: counter))) }
        crypto.field("ciphertext", JSON.string(String(hex: hidden)))
        crypto.field("kdf", JSON.string("scrypt"))
        crypto.object("kdfparams") { parameters in
          parameters.field("dklen", JSON.integer(32))
          parameters.field("n", JSON.integer(Int64(cost.rounds)))
          parameters.field("r", JSON.integer(Int64(cost.blockSize)))
          parameters.field("p", JSON.integer(Int64(cost.lanes)))
          parameters.field("salt", JSON.string(String(hex: salt)))
        }
        crypto.field("mac", JSON.string(String(hex: code)))
      }
    }
    return writer.bytes
  }

  /// Fails as `wrong-password` where that is so, or where somebody has changed the file.
  package static func opened(_ json: JSON, by password: [UInt8]) throws(Failure) -> SigningKey {
    guard json["version"]?.int64 == 3 else { throw refusal("expected version 3") }
    guard let crypto = json["crypto"], let parameters = crypto["kdfparams"] else {
      throw refusal("expected crypto and its kdfparams")
    }
    guard crypto["cipher"]?.string == "aes-128-ctr", crypto["kdf"]?.string == "scrypt",
      parameters["dklen"]?.int64 == 32
    else { throw refusal("expected aes-128-ctr and scrypt of 32 bytes") }
    guard let rounds = parameters["n"]?.uint64, let blockSize = parameters["r"]?.uint64,
      let lanes = parameters["p"]?.uint64
    else { throw refusal("expected numbers n, r and p") }
    let salt = try digits(parameters["salt"], "salt", count: nil)
    let counter = try digits(crypto["cipherparams"]?["iv"], "iv", count: 16)
    let hidden = try digits(crypto["ciphertext"], "ciphertext", count: 32)
    let code = try digits(crypto["mac"], "mac", count: 32)
    let cost = try Scrypt(rounds: rounds, blockSize: blockSize, lanes: lanes)
    var derived = try cost.key(of: password, salt: salt)
    defer { derived.wipe() }
    guard sodium_memcmp(authenticator(derived, hidden), code, code.count) == 0 else {
      throw Failure(.denied, "wrong-password", "the password does not open the keystore")
    }
    var secret = try AES128.counted(hidden, key: derived[..<16], counter: counter)
    defer { secret.wipe() }
    return try SigningKey(secret)
  }

  private static func authenticator(_ derived: [UInt8], _ hidden: [UInt8]) -> [UInt8] {
    Keccak256.hash(of: derived[16...] + hidden).bytes
  }

  private static func digits(
    _ json: JSON?, _ name: String, count: Int?
  ) throws(Failure) -> [UInt8] {
    guard let bytes = json?.string.flatMap({ HexData.bytes(of: "0x" + $0) }),
      count == nil || bytes.count == count
    else {
      throw refusal("\(name): expected hexadecimal digits\(count.map { " of \($0) bytes" } ?? "")")
    }
    return bytes
  }

  /// A random UUID, which others want.
  private static func identifier() -> String {
    var bytes = Random.bytes(16)
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    let parts = [bytes[..<4], bytes[4..<6], bytes[6..<8], bytes[8..<10], bytes[10...]]
    return parts.map { String(hex: $0) }.joined(separator: "-")
  }

  private static func refusal(_ what: String) -> Failure {
    Failure(.unsupported, "bad-keystore", "keystore: \(what)")
  }
}

extension [UInt8] {
  /// Overwrites what held a secret, in a way that no compiler leaves out.
  package mutating func wipe() {
    withUnsafeMutableBytes { sodium_memzero($0.baseAddress, $0.count) }
  }
}
