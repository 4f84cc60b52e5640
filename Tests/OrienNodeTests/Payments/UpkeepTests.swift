import OrienModel
import Testing

@testable import OrienNode

@Suite("What becomes of what a stream pays for")
struct UpkeepTests {
  private let began = Timestamp(microseconds: 1_000_000_000_000_000)

  private func reading(
    remaining: UInt64, fault: StreamFault? = nil
  ) -> StreamReading {
    StreamReading(
      id: "7", fault: fault, stream: nil, remainingSeconds: remaining, vested: .zero,
      withdrawable: .zero)
  }

  private func settings(_ change: (inout PaymentSettings) -> Void = { _ in }) -> PaymentSettings {
    var settings = PaymentSettings()
    settings.network = "dev"
    settings.interval = .seconds(30)
    settings.grace = .seconds(600)
    change(&settings)
    return settings
  }

  private func reason(_ upkeep: StreamUpkeep) -> String? {
    if case .stop(let failure) = upkeep { failure.reason } else { nil }
  }

  @Test("It runs while it is paid, and is stopped when it is not")
  func runsAndStops() {
    var standing = StreamClaim.Standing()
    standing.take(reading(remaining: 100), lag: 0, settings(), at: began)
    #expect(standing.upkeep(settings(), at: began) == .run)
    #expect(standing.paidUntil == began.after(seconds: 100))
    standing.take(reading(remaining: 0, fault: .ended), lag: 0, settings(), at: began)
    #expect(reason(standing.upkeep(settings(), at: began)) == "ended")
  }

  @Test("What was read is as old as it is: the time since then is not paid twice")
  func counts() {
    var standing = StreamClaim.Standing()
    // Something may have been added since then: it is stopped, and not over.
    let eager = settings { $0.deletesOnExhaustion = true }
    standing.take(reading(remaining: 100), lag: 100, eager, at: began)
    #expect(reason(standing.upkeep(eager, at: began)) == "runway-low")
    standing = StreamClaim.Standing()
    let least = settings { $0.leastSeconds = 60 }
    standing.take(reading(remaining: 100), lag: 40, least, at: began)
    #expect(reason(standing.upkeep(least, at: began)) == "runway-low")
    standing = StreamClaim.Standing()
    standing.take(reading(remaining: 101), lag: 40, least, at: began)
    #expect(standing.upkeep(least, at: began) == .run)
  }

  @Test("A second more starts nothing that would be stopped again at once")
  func waitsForMore() {
    var standing = StreamClaim.Standing()
    standing.take(reading(remaining: 0, fault: .ended), lag: 0, settings(), at: began)
    standing.take(reading(remaining: 60), lag: 0, settings(), at: began)
    #expect(reason(standing.upkeep(settings(), at: began)) == "runway-low")
    standing.take(reading(remaining: 61), lag: 0, settings(), at: began)
    #expect(standing.upkeep(settings(), at: began) == .run)
  }

  @Test("What nobody knows stops what runs only after the grace, and never deletes")
  func isPatient() {
    let eager = settings {
      $0.deletesOnExhaustion = true
      $0.retention = .zero
    }
    var standing = StreamClaim.Standing()
    standing.take(reading(remaining: 0, fault: .ended), lag: 0, eager, at: began)
    standing.miss(since: began)
    standing.miss(since: began.after(seconds: 500))
    #expect(standing.unknownSince == began)
    #expect(standing.upkeep(eager, at: began.after(seconds: 599)) == .leave)
    for seconds in [600, 1_000_000] as [UInt64] {
      #expect(
        reason(standing.upkeep(eager, at: began.after(seconds: seconds))) == "payments-unknown")
    }
  }

  @Test("It is deleted when that is wanted, and for nothing but an end")
  func deletes() {
    let kept = settings { $0.retention = .seconds(100) }
    var standing = StreamClaim.Standing()
    standing.take(reading(remaining: 0, fault: .terminated), lag: 0, kept, at: began)
    #expect(reason(standing.upkeep(kept, at: began.after(seconds: 99))) == "terminated")
    standing.take(
      reading(remaining: 0, fault: .halted), lag: 0, kept, at: began.after(seconds: 99))
    guard case .delete = standing.upkeep(kept, at: began.after(seconds: 100)) else {
      Issue.record("what is over for as long as it is kept is deleted")
      return
    }
    var near = StreamClaim.Standing()
    near.take(reading(remaining: 0), lag: 0, kept, at: began)
    near.take(reading(remaining: 0, fault: .ended), lag: 0, kept, at: began.after(seconds: 90))
    #expect(reason(near.upkeep(kept, at: began.after(seconds: 189))) == "ended")
    var low = StreamClaim.Standing()
    low.take(reading(remaining: 0, fault: .wrongToken), lag: 0, kept, at: began)
    #expect(reason(low.upkeep(kept, at: began.after(seconds: 1000))) == "wrong-token")
  }
}
