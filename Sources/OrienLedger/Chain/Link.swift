import CSodium
import OrienModel

/// How records are chained: each one's hash is made of the hash before it and its own digest, and
/// now and then the hash reached is signed. Who knows a signed hash and the public key can tell
/// every record before it from a forged one.
///
///     leaf(n)  = BLAKE2b-256(record(n))
///     hash(0)  = BLAKE2b-256("orien chain 1" public key)
///     hash(n)  = BLAKE2b-256(hash(n-1) leaf(n))
///     head(n)  = Ed25519("orien head 2" n, hash(n), how many records it covers)
///
/// Numbers are 8 bytes, the highest first. A head covers the records since the head before it: so
/// none can be taken out unseen. Heads of ledgers of schema 1 are "orien head 1", without that
/// number. Through the leaf a path past other customers' records shows none of them.
struct Link: Equatable, Sendable {
  /// How many records there are up to and with this one.
  private(set) var position: Int64
  private(set) var hash: [UInt8]

  init(position: Int64, hash: [UInt8]) {
    self.position = position
    self.hash = hash
  }

  /// Where the chain of the node with this key begins.
  init(start publicKey: [UInt8]) {
    self.init(position: 0, hash: Digest.of(Array("orien chain 1".utf8) + publicKey))
  }

  /// Goes on to the record with this digest.
  mutating func follow(leaf: UnsafeRawBufferPointer) {
    withUnsafeTemporaryAllocation(byteCount: 2 * Digest.count, alignment: 1) { pair in
      hash.withUnsafeBytes { pair.copyMemory(from: $0) }
      UnsafeMutableRawBufferPointer(rebasing: pair[Digest.count...]).copyMemory(from: leaf)
      let bytes = pair.baseAddress!.assumingMemoryBound(to: UInt8.self)
      crypto_generichash(&hash, Digest.count, bytes, UInt64(pair.count), nil, 0)
    }
    position += 1
  }

  mutating func follow(record: UnsafeRawBufferPointer) {
    withUnsafeTemporaryAllocation(byteCount: Digest.count, alignment: 1) { leaf in
      crypto_generichash(
        leaf.baseAddress!.assumingMemoryBound(to: UInt8.self), Digest.count,
        record.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(record.count), nil, 0)
      follow(leaf: UnsafeRawBufferPointer(leaf))
    }
  }

  /// What a signature of this place of the chain signs, that covers so many records; nil: one of
  /// schema 1.
  func headMessage(covering records: Int64?) -> [UInt8] {
    guard let records else { return message("orien head 1") }
    return message("orien head 2") + Self.bytes(records)
  }

  /// What allows the chain to begin here, signed when what came before is forgotten.
  var checkpointMessage: [UInt8] { message("orien checkpoint 1") }

  private func message(_ purpose: String) -> [UInt8] {
    Array(purpose.utf8) + Self.bytes(position) + hash
  }

  private static func bytes(_ number: Int64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
  }
}
