import OrienModel
import OrienSystem
import Testing

@testable import OrienEVM

@Suite("The newest block is believed")
struct HeadWatchTests {
  private var watch = HeadWatch(slack: 3, skewSeconds: 3600)
  private let start = Instant(nanoseconds: 1_000_000_000_000)

  private func reason(
    _ watch: inout HeadWatch, _ number: UInt64, at timestamp: UInt64 = 10_000,
    wall: UInt64 = 10_000, after seconds: Int = 0
  ) -> String? {
    do throws(Failure) {
      try watch.check(
        number: number, timestamp: timestamp, wall: wall, now: start + .seconds(seconds))
      return nil
    } catch {
      return error.reason
    }
  }

  @Test("where it goes back by no more than chains do")
  func slack() {
    var watch = watch
    #expect(reason(&watch, 100) == nil)
    #expect(reason(&watch, 97) == nil)
    #expect(reason(&watch, 96) == "chain-went-back")
    #expect(reason(&watch, 101) == nil)
    #expect(reason(&watch, 97) == "chain-went-back")
    // What goes back little by little goes back all the same.
    #expect(reason(&watch, 98) == nil)
    #expect(reason(&watch, 97) == "chain-went-back")
  }

  @Test("again an hour after one that was made up")
  func memory() {
    var watch = watch
    #expect(reason(&watch, .max) == nil)
    #expect(reason(&watch, 100, after: 3599) == "chain-went-back")
    #expect(reason(&watch, 100, after: 3600) == nil)
  }

  @Test("where it is of about now by this machine's clock")
  func clocks() {
    var watch = watch
    #expect(reason(&watch, 1, at: 13_600) == nil)
    #expect(reason(&watch, 9, at: 13_601) == "chain-ahead")
    #expect(reason(&watch, 2, at: 6_400) == nil)
    #expect(reason(&watch, 9, at: 6_399) == "chain-behind")
    #expect(reason(&watch, 9, at: .max) == "chain-ahead")
    // Nothing of what was not believed is kept.
    #expect(reason(&watch, 2) == nil)
    var local = HeadWatch(slack: 0, skewSeconds: nil)
    #expect(reason(&local, 1, at: .max) == nil)
    #expect(reason(&local, 1, at: 0) == nil)
    #expect(reason(&local, 0) == "chain-went-back")
  }
}
