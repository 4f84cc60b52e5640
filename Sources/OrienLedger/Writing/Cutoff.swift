import OrienModel
import OrienSystem

/// Which executions are old enough to be forgotten.
///
/// By the wall clock alone everything would be, once that is set far ahead. So in each hour of the
/// clock that nobody sets, the first of which begins with the node, no more go than those that ended
/// within a day of the oldest that is kept. A node that forgets as it goes never meets that, one that was
/// away catches up, and where the clock is wrong there is time to see it.
struct Cutoff {
  private let days: Int64
  /// Nothing that ended later goes before the next hour.
  private var bound: Int64 = .min
  private var nextHour = Instant(nanoseconds: 0)

  private static let day: Int64 = 86_400_000_000

  /// No bound makes an execution go within a day.
  init(days: Int) { self.days = Int64(max(1, min(days, 36_500))) }

  /// A new hour begins, and `moment` asks for the oldest that is kept.
  func isNewHour(at clock: Instant) -> Bool { clock >= nextHour }

  /// The moment before which an execution has ended that may go, in microseconds, where the oldest
  /// that is kept ended at `oldest`.
  mutating func moment(oldest: Int64, now: Timestamp, clock: Instant) -> Int64 {
    if isNewHour(at: clock) {
      bound = oldest.addingReportingOverflow(Self.day).partialValue
      nextHour = clock + .seconds(3600)
    }
    return min(now.microseconds - days * Self.day, bound)
  }

  /// How many days the clock is beyond the newest record, where those are more than any is kept for.
  func daysBeyond(newest: Int64, now: Timestamp) -> Int64? {
    let past = now.microseconds.subtractingReportingOverflow(newest).partialValue / Self.day
    return past > days ? past : nil
  }
}
