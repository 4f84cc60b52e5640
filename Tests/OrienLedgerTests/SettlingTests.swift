import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("Settling")
struct SettlingTests {
  let rig: Rig
  init() throws { rig = try Rig() }

  @Test("An execution that was accepted is settled once, and the first record stands")
  func once() throws {
    try rig.with { ledger in
      let acceptance = ledger.makeAcceptance()
      #expect(try ledger.accept(acceptance) == .new)
      let receipt = try ledger.settle(.completed(acceptance))
      #expect(receipt.position == 1)
      let second = #expect(throws: Failure.self) { try ledger.settle(.completed(acceptance)) }
      #expect(second?.reason == "already-final")
      #expect(try ledger.run().description != acceptance.id.description)
    }
  }

  @Test("What was never accepted cannot be settled, and leaves the chain as it was")
  func unknown() throws {
    try rig.with { ledger in
      let stranger = ledger.makeAcceptance()
      let failure = #expect(throws: Failure.self) { try ledger.settle(.completed(stranger)) }
      #expect(failure?.code == .internal)
      let acceptance = ledger.makeAcceptance()
      try ledger.accept(acceptance)
      #expect(try ledger.settle(.completed(acceptance)).position == 1)
    }
  }
}
