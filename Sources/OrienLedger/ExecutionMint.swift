import CSodium
package import OrienModel
import OrienSystem
import Synchronization

/// Makes the ids of executions. An id is a version 4 UUID to everyone, and to its ledger the number
/// of its row: 40 of its bits are that number under a mask that only the node's key gives, made from
/// the 82 random ones. So no index finds a row, and no id says how many there are.
///
/// May be used from any thread.
package final class ExecutionMint: Sendable {
  private let key: [UInt8]
  private let state: Mutex<State>

  private struct State {
    var last: Int64
    var random: ArraySlice<UInt8> = []
  }

  private static let numberBytes = 5

  /// `last` is the highest number that the ledger knows.
  init(key: [UInt8], last: Int64) {
    precondition(key.count == Int(crypto_shorthash_KEYBYTES))
    self.key = key
    state = Mutex(State(last: last))
  }

  package func mint() -> ExecutionID {
    let (number, random) = state.withLock { state in
      // One call of the kernel's serves 16 ids.
      if state.random.isEmpty { state.random = Random.bytes(256)[...] }
      defer { state.random = state.random.dropFirst(16) }
      state.last += 1
      return (state.last, Array(state.random.prefix(16)))
    }
    return id(of: number, random: random)
  }

  /// The number of the row that `id` names, if it names any.
  func number(of id: ExecutionID) -> Int64 {
    id.withBytes { bytes in
      bytes.prefix(Self.numberBytes).reduce(0) { $0 << 8 | Int64($1) } ^ mask(bytes)
    }
  }

  /// What stands for a place in a list: an id that names the row and nobody's execution.
  func cursor(at number: Int64) -> ExecutionID { id(of: number, random: Random.bytes(16)) }

  /// The highest number given out.
  var last: Int64 { state.withLock { $0.last } }

  private func id(of number: Int64, random: [UInt8]) -> ExecutionID {
    var bytes = ExecutionID(random: random).bytes
    let masked = number ^ bytes.withUnsafeBytes { mask($0) }
    for index in 0..<Self.numberBytes {
      bytes[index] = UInt8(truncatingIfNeeded: masked >> Int64(8 * (Self.numberBytes - 1 - index)))
    }
    return ExecutionID(random: bytes)
  }

  private func mask(_ bytes: UnsafeRawBufferPointer) -> Int64 {
    var hash: UInt64 = 0
    let random = bytes.assumingMemoryBound(to: UInt8.self)
    withUnsafeMutableBytes(of: &hash) { hash in
      _ = crypto_shorthash(
        hash.baseAddress!.assumingMemoryBound(to: UInt8.self),
        random.baseAddress! + Self.numberBytes, UInt64(random.count - Self.numberBytes), key)
    }
    return Int64(UInt64(littleEndian: hash) >> UInt64(64 - 8 * Self.numberBytes))
  }
}
