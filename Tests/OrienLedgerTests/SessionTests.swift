import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("Sessions and what a start finds")
struct SessionTests {
  let rig: Rig
  init() throws { rig = try Rig() }

  private func session(_ name: String, owner: String = "alice") -> SessionRecord {
    SessionRecord(
      owner: Owner(owner), session: SessionID(name)!, folder: "f-\(owner)-\(name)",
      createdAt: Timestamp(microseconds: 1), lastUsedAt: Timestamp(microseconds: 2))
  }

  private func create(_ record: SessionRecord, in ledger: Ledger) throws {
    try ledger.wait { ledger.createSession(record, then: $0) }
  }

  @Test("A session is there from its creation to its removal, and tells when it was used")
  func life() throws {
    let (one, two) = (session("s"), session("s", owner: "bob"))
    try rig.with { ledger in
      #expect(ledger.recovered.sessions.isEmpty)
      try create(one, in: ledger)
      try create(two, in: ledger)
      let failure = #expect(throws: Failure.self) { try create(one, in: ledger) }
      #expect(failure?.code == .conflict)
      try ledger.wait {
        ledger.useSession(one.session, of: one.owner, at: Timestamp(microseconds: 9), then: $0)
      }
    }
    try rig.with { ledger in
      var used = one
      used.lastUsedAt = Timestamp(microseconds: 9)
      #expect(ledger.recovered.sessions == [used, two])
      try ledger.wait { ledger.removeSession(two.session, of: two.owner, then: $0) }
      #expect(throws: Failure.self) {
        try ledger.wait { ledger.removeSession(two.session, of: two.owner, then: $0) }
      }
    }
    try rig.with { #expect($0.recovered.sessions.map(\.owner) == [one.owner]) }
  }

  @Test("A start tells what waited from what ran, and settles the latter as lost at no cost")
  func recovery() throws {
    let (waiting, started, born) = try rig.with { ledger in
      let waiting = ledger.makeAcceptance(running: false)
      let started = ledger.makeAcceptance(running: false)
      let born = ledger.makeAcceptance()
      for acceptance in [waiting, started, born] { try ledger.accept(acceptance) }
      try ledger.start(started.id)
      try ledger.run()
      return (waiting, started, born)
    }
    try rig.with { ledger in
      #expect(ledger.recovered.waiting.map(\.id) == [waiting.id])
      #expect(ledger.recovered.waiting.first?.arguments == waiting.arguments)
      #expect(ledger.recovered.started.map(\.id) == [started.id, born.id])
      try ledger.wait { ledger.settleLost(then: $0) }
      for id in [started.id, born.id] {
        let kept = try #require(try ledger.execution(id))
        #expect(kept.status == .lost)
        #expect(kept.end?.record.costMicroUnits == 0)
        #expect(throws: Failure.self) { try ledger.settle(.completed(born)) }
      }
    }
    try rig.with { ledger in
      #expect(ledger.recovered.started.isEmpty)
      #expect(ledger.recovered.waiting.map(\.id) == [waiting.id])
    }
    #expect(try Chain.verify(folder: rig.path).end == 3)
  }
}
