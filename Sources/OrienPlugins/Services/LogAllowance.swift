import OrienSystem
import Synchronization

/// How much a plugin may write to the log: a number of lines a second, the rest counted.
final class LogAllowance: Sendable {
  static let linesPerSecond = 100

  private struct Second {
    var start = Instant(nanoseconds: 0)
    var lines = 0
    var dropped = 0
  }

  private let second = Mutex(Second())

  enum Answer: Equatable {
    /// And how many were dropped since the last one that was granted.
    case granted(dropped: Int)
    case refused
  }

  func take(at now: Instant) -> Answer {
    second.withLock { second in
      if now.since(second.start) >= .seconds(1) {
        second.start = now
        second.lines = 0
      }
      guard second.lines < Self.linesPerSecond else {
        second.dropped += 1
        return .refused
      }
      second.lines += 1
      defer { second.dropped = 0 }
      return .granted(dropped: second.dropped)
    }
  }
}
