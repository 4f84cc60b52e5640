import CLinux
import Glibc
package import OrienModel

/// A moment of the clock that only runs forward and counts suspended time too: deadlines and
/// durations are of this one, whatever happens to the wall clock.
package struct Instant: Hashable, Comparable, Sendable {
  package var nanoseconds: UInt64

  package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  package static var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Instant(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
  }

  package static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }

  /// Saturates: a bound too far away to count is never.
  package static func + (instant: Self, duration: Duration) -> Instant {
    Instant(nanoseconds: instant.nanoseconds.saturatingAdd(duration.clampedNanoseconds))
  }

  package static func + (instant: Self, nanoseconds: UInt64) -> Instant {
    Instant(nanoseconds: instant.nanoseconds.saturatingAdd(nanoseconds))
  }

  /// The time from `start` to this; zero where it is the later one.
  package func since(_ start: Instant) -> Duration {
    .nanoseconds(
      Int64(clamping: nanoseconds >= start.nanoseconds ? nanoseconds - start.nanoseconds : 0))
  }

  package func microseconds(since start: Instant) -> UInt64 {
    nanoseconds >= start.nanoseconds ? (nanoseconds - start.nanoseconds) / 1000 : 0
  }
}

extension Duration {
  /// As nanoseconds, not below zero and at most what 64 bits hold.
  package var clampedNanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    return UInt64(seconds).saturatingMultiply(1_000_000_000)
      .saturatingAdd(UInt64(attoseconds) / 1_000_000_000)
  }

  package var milliseconds: UInt64 { clampedNanoseconds / 1_000_000 }
}

extension Timestamp {
  package static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }
}
