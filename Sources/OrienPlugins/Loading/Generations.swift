import Synchronization

/// How often a library of each name was loaded in this process.
final class Generations: Sendable {
  private let counts = Mutex<[String: UInt64]>([:])

  func next(of name: String) -> UInt64 {
    counts.withLock { counts in
      counts[name, default: 0] += 1
      return counts[name]!
    }
  }
}
