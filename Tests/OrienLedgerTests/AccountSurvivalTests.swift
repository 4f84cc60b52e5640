import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("Accounts of a node that dies", .timeLimit(.minutes(10)))
struct AccountSurvivalTests {
  @Test("Killed at any moment, an account has what the records of its session say, and no more")
  func killed() async throws {
    let rig = try Rig()
    for _ in 0..<6 {
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = rig.path as String] in
        Thread("reaper") {
          _ = Channel<Void>().receive(within: .microseconds(.random(in: 20_000...120_000)))
          kill(getpid(), SIGKILL)
        }.detach()
        try AccountSurvivalTests.work(in: path)
        while true { pause() }
      }
      try rig.with { ledger throws in
        for acceptance in ledger.recovered.waiting { try ledger.settle(.completed(acceptance)) }
        try ledger.wait { ledger.settleLost(then: $0) }
        var spent: UInt64 = 0
        var count = 0
        var cursor: ExecutionID?
        repeat {
          let page = try ledger.executions(
            ExecutionQuery(owner: nil, cursor: cursor, limit: 1000))
          for kept in page.executions {
            let record = try #require(kept.end?.record)
            guard case .budget(let cost, _, _) = record.payment else {
              Issue.record("a record without its payment")
              continue
            }
            #expect(cost == record.costMicroUnits)
            spent += cost
            count += 1
          }
          cursor = page.next
        } while cursor != nil
        guard count > 0 else { return }
        let report = try #require(try ledger.account(of: AccountTests.key))
        #expect(report.account.spentMicroUnits == spent)
        #expect(report.reservedMicroUnits == 0 && report.openExecutions == 0)
      }
    }
  }

  private static func work(in path: String) throws {
    let ledger = try Ledger.open(in: StateFolder(at: path)) { _ in abort() }
    for acceptance in ledger.recovered.waiting { try ledger.settle(.completed(acceptance)) }
    try ledger.wait { ledger.settleLost(then: $0) }
    for thread in 0..<4 {
      Thread("work-\(thread)") {
        for round in 0... {
          let accepted = try? ledger.accept(
            need: 20, .budget(1 << 40), running: (round + thread) % 3 != 0)
          guard var acceptance = accepted else { return }
          if acceptance.runningAt == nil { acceptance.runningAt = try? ledger.start(acceptance.id) }
          guard (try? ledger.settle(.completed(acceptance))) != nil else { return }
        }
      }.detach()
    }
  }
}
