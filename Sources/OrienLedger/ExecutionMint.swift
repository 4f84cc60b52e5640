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
    var random: [UInt64] = []
  }

  /// The number takes the first of an id's bytes.
  private static let numberBytes = 5
  private static let shift = UInt64(64 - 8 * numberBytes)

  /// `last` is the highest number that the ledger knows.
  init(key: [UInt8], last: Int64) {
    precondition(key.count == Int(crypto_shorthash_KEYBYTES))
    self.key = key
    state = Mutex(State(last: last))
  }

  package func mint() -> ExecutionID {
    state.withLock { state in
      // One call of the kernel's serves 16 ids.
      if state.random.isEmpty { state.random = Self.randomWords(32) }
      state.last += 1
      return id(of: state.last, random: state.random.removeLast(), state.random.removeLast())
    }
  }

  /// The number of the row that `id` names, if it names any.
  func number(of id: ExecutionID) -> Int64 {
    Int64(id.high >> Self.shift ^ mask(id))
  }

  /// What stands for a place in a list: an id that names the row and nobody's execution.
  func cursor(at number: Int64) -> ExecutionID {
    let random = Self.randomWords(2)
    return id(of: number, random: random[0], random[1])
  }

  /// The highest number given out.
  var last: Int64 { state.withLock { $0.last } }

  private func id(of number: Int64, random high: UInt64, _ low: UInt64) -> ExecutionID {
    let random = ExecutionID(random: high, low)
    let masked = UInt64(number) ^ mask(random)
    return ExecutionID(
      random: masked << Self.shift | random.high & (1 << Self.shift - 1), random.low)
  }

  private static func randomWords(_ count: Int) -> [UInt64] {
    Random.bytes(8 * count).withUnsafeBytes { Array($0.bindMemory(to: UInt64.self)) }
  }

  /// Made of the random bits alone.
  private func mask(_ id: ExecutionID) -> UInt64 {
    var hash: UInt64 = 0
    id.withBytes { bytes in
      withUnsafeMutableBytes(of: &hash) { hash in
        _ = crypto_shorthash(
          hash.baseAddress!.assumingMemoryBound(to: UInt8.self),
          bytes.baseAddress!.assumingMemoryBound(to: UInt8.self) + Self.numberBytes,
          UInt64(bytes.count - Self.numberBytes), key)
      }
    }
    return UInt64(littleEndian: hash) >> Self.shift
  }
}
