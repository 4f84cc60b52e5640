package import OrienModel
import OrienSystem

/// What time it is, for whatever has to be kept: the wall clock as it was when the node began, moved on
/// by the steady one. Nobody's patience ends because somebody sets the clock.
package struct PaymentClock {
  package var now: () -> Timestamp

  package init(now: @escaping () -> Timestamp) { self.now = now }

  package static var steady: PaymentClock {
    let (wall, began) = (Timestamp.now, Instant.now)
    return PaymentClock {
      Timestamp(
        microseconds: wall.microseconds + Int64(clamping: Instant.now.microseconds(since: began)))
    }
  }
}

extension Timestamp {
  /// Whole seconds from `start` to this; none where that is later.
  func seconds(since start: Timestamp) -> UInt64 {
    microseconds <= start.microseconds
      ? 0 : UInt64((microseconds - start.microseconds) / 1_000_000)
  }

  /// Saturates: what is too far away to count is never.
  func after(seconds: UInt64) -> Timestamp {
    let (product, isTooMuch) = Int64(clamping: seconds).multipliedReportingOverflow(by: 1_000_000)
    guard !isTooMuch else { return Timestamp(microseconds: .max) }
    let (sum, isTooLate) = microseconds.addingReportingOverflow(product)
    return Timestamp(microseconds: isTooLate ? .max : sum)
  }
}

/// How far the moment that streams were read at is behind: blocks that are not deep enough yet and,
/// where a chain always has new ones, the time since there was one.
struct ChainClock {
  private let mayStandStill: Bool
  private var head: (number: UInt64, time: UInt64)?
  private(set) var movedAt: Timestamp?
  /// Since when nobody knew anything as the last node died. The first head is no news then: it may be
  /// the one that did not move.
  private let doubtedSince: Timestamp?

  init(mayStandStill: Bool, doubtedSince: Timestamp? = nil) {
    self.mayStandStill = mayStandStill
    self.doubtedSince = doubtedSince
  }

  /// Notes what was seen; a head that another has been seen beyond is no news.
  mutating func note(_ moment: ChainMoment, at now: Timestamp) {
    if let head, moment.head <= head.number { return }
    movedAt = head == nil ? doubtedSince ?? now : now
    head = (moment.head, moment.headTime)
  }

  /// How many seconds have passed since that moment, by the chain as far as it tells.
  func lag(of moment: ChainMoment, at now: Timestamp) -> UInt64 {
    let newest = max(moment.headTime, head?.time ?? 0)
    let behind = newest > moment.time ? newest - moment.time : 0
    guard !mayStandStill, let movedAt else { return behind }
    return behind.saturatingAdd(now.seconds(since: movedAt))
  }
}
