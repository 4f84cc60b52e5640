internal import CSodium
internal import OrienModel

/// What a password costs whoever tries others: memory and time, by RFC 7914.
package struct Scrypt: Sendable, Equatable {
  package let rounds: UInt64
  package let blockSize: UInt32
  package let lanes: UInt32

  /// A quarter of a GiB, and about a second: what wallets use.
  package static let usual = Scrypt(checkedRounds: 1 << 18, blockSize: 8, lanes: 1)
  /// For tests, which hide nothing.
  package static let light = Scrypt(checkedRounds: 1 << 10, blockSize: 8, lanes: 1)

  private init(checkedRounds: UInt64, blockSize: UInt32, lanes: UInt32) {
    rounds = checkedRounds
    self.blockSize = blockSize
    self.lanes = lanes
  }

  /// A file that asks for more than 512 MiB, or for no work at all, is not obeyed.
  init(rounds: UInt64, blockSize: UInt64, lanes: UInt64) throws(Failure) {
    guard (2...(1 << 22)).contains(rounds), rounds & (rounds - 1) == 0,
      (1...64).contains(blockSize), (1...16).contains(lanes), 128 * rounds * blockSize <= 512 << 20
    else {
      throw Failure(
        .unsupported, "keystore-cost", "scrypt with n=\(rounds), r=\(blockSize), p=\(lanes)")
    }
    self.init(checkedRounds: rounds, blockSize: UInt32(blockSize), lanes: UInt32(lanes))
  }

  /// 32 bytes, or a failure where there is not that much memory.
  func key(of password: [UInt8], salt: [UInt8]) throws(Failure) -> [UInt8] {
    var key = [UInt8](repeating: 0, count: 32)
    let failed = crypto_pwhash_scryptsalsa208sha256_ll(
      password, password.count, salt, salt.count, rounds, blockSize, lanes, &key, key.count)
    guard failed == 0 else {
      throw Failure(
        .unavailable, "no-memory", "scrypt wants \(128 * rounds * UInt64(blockSize) >> 20) MiB")
    }
    return key
  }
}
