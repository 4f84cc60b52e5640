import OrienModel
import Testing

@testable import OrienLedger
@testable import orien

@Suite("What holds up a start")
struct StartWatchTests {
  private let earlier: Gauges = {
    var gauges = Gauges()
    gauges.commits = 7
    return gauges
  }()

  @Test("Whatever holds up what was promised, it is that")
  func held() {
    for failure in [Failure(.full, "disk-full", ""), Failure(.unavailable, "ledger-busy", "")] {
      var now = earlier
      now.commits += 1
      now.heldBy = failure
      #expect(now.standstill(since: earlier)?.reason == failure.reason)
    }
  }

  @Test("A disk that does not answer is no full one", arguments: [(1, 0), (0, 1)])
  func slow(waiting: Int, underWay: Int) {
    var now = earlier
    (now.waiting, now.underWay) = (waiting, underWay)
    let standstill = now.standstill(since: now)
    #expect(standstill?.code == .unavailable && standstill?.reason == "ledger-slow")
    #expect(now.standstill(since: earlier) == nil, "that it has only just been asked is no wait")
  }

  @Test("A ledger that is slow and goes on, or has nothing to do, holds up nothing")
  func going() {
    var now = earlier
    #expect(now.standstill(since: earlier) == nil)
    now.commits += 1
    now.waiting = 1
    #expect(now.standstill(since: earlier) == nil)
  }
}
