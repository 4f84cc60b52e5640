import CSodium

/// BLAKE2b with 32 bytes, as the chain uses it: `hashlib.blake2b(..., digest_size=32)` elsewhere.
package enum Digest {
  package static let count = 32

  package static func of(_ bytes: [UInt8]) -> [UInt8] { keyed(bytes, by: []) }

  /// A digest that nobody without the key can make or compare.
  static func keyed(_ bytes: [UInt8], by key: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { digest, filled in
      crypto_generichash(
        digest.baseAddress!, count, bytes, UInt64(bytes.count), key, key.count)
      filled = count
    }
  }

  /// The digest of bytes that come in parts: of an output that is written to a file. Has one owner,
  /// on whatever thread that is.
  package struct Parts: ~Copyable, @unchecked Sendable {
    private let memory: UnsafeMutableRawPointer
    private var state: OpaquePointer { OpaquePointer(memory) }

    package init() {
      memory = .allocate(byteCount: crypto_generichash_statebytes(), alignment: 64)
      crypto_generichash_init(state, nil, 0, Digest.count)
    }

    deinit { memory.deallocate() }

    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
      crypto_generichash_update(
        state, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
    }

    /// The digest of all parts. Nothing is added afterwards.
    package mutating func end() -> [UInt8] {
      [UInt8](unsafeUninitializedCapacity: Digest.count) { digest, filled in
        crypto_generichash_final(state, digest.baseAddress!, Digest.count)
        filled = Digest.count
      }
    }
  }
}
