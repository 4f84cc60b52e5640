import OrienModel
import Testing

@testable import OrienLedger

@Suite("Forgetting by a clock that was wrong", .timeLimit(.minutes(2)))
struct ClockTests {
  let rig: Rig
  init() throws {
    rig = try Rig()
    rig.options.pruneEvery = .milliseconds(1)
  }

  @Test("One that seems to end in the future keeps none of those behind it")
  func future() throws {
    let ids = try rig.with { ledger in
      let future = try ledger.run(daysAgo: -3650)
      return try [future.id] + (0..<10).map { _ in try ledger.run(daysAgo: 500).id }
    }
    rig.options.retainDays = 40
    try rig.with { ledger in
      for id in ids { try ledger.waitUntilGone(id) }
      let last = try ledger.run(daysAgo: -3650)
      for _ in 0..<20 { try ledger.run("") }
      #expect(try ledger.execution(last.id) != nil, "with nothing behind it that is to go")
    }
    #expect(try Chain.verify(folder: rig.path).start == 11)
  }

  @Test("A first one that ended late lifts no bound for those behind it")
  func lateFirst() throws {
    rig.options.retainDays = 1000
    let ids = try rig.with { ledger in
      _ = try ledger.run(daysAgo: 100)
      return try (0..<40).map { try ledger.run(daysAgo: 500 - 10 * Double($0)).id }
    }
    rig.options.retainDays = 30
    try rig.with { ledger in
      for _ in 0..<100 { try ledger.run("") }
      for id in ids { #expect(try ledger.execution(id) != nil) }
    }
  }
}
