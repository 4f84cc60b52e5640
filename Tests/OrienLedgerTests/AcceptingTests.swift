import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("Accepting")
struct AcceptingTests {
  let rig: Rig
  init() throws { rig = try Rig() }

  private func idempotent(_ key: String = "k", _ body: String = "{}") -> Idempotency {
    Idempotency(key: key, body: Array(body.utf8))
  }

  @Test("The same key and body is the same execution, before and after a restart, final or not")
  func duplicate() throws {
    let first = try rig.with { ledger in
      let first = ledger.makeAcceptance(idempotency: idempotent())
      #expect(try ledger.accept(first) == .new)
      let again = ledger.makeAcceptance(idempotency: idempotent())
      #expect(try ledger.accept(again) == .duplicate(of: first.id))
      #expect(try ledger.execution(again.id) == nil)
      try ledger.settle(.completed(first))
      return first
    }
    try rig.with { ledger throws in
      let again = ledger.makeAcceptance(idempotency: idempotent())
      #expect(try ledger.accept(again) == .duplicate(of: first.id))
      #expect(throws: Failure.self) { try ledger.settle(.completed(again)) }
    }
  }

  @Test("The same key with another body is refused, and its execution does not exist")
  func mismatch() throws {
    try rig.with { ledger in
      try ledger.accept(ledger.makeAcceptance(idempotency: idempotent("k", "{}")))
      let other = ledger.makeAcceptance(idempotency: idempotent("k", "{ }"))
      let failure = #expect(throws: Failure.self) { try ledger.accept(other) }
      #expect(failure?.code == .mismatch)
      #expect(try ledger.execution(other.id) == nil)
    }
  }

  @Test("Keys of two owners never meet, however they are cut")
  func owners() throws {
    try rig.with { ledger throws in
      for (owner, key) in [("a", "bc"), ("ab", "c"), ("abc", "")] {
        let acceptance = ledger.makeAcceptance(owner: owner, idempotency: idempotent(key))
        #expect(try ledger.accept(acceptance) == .new)
      }
    }
  }

  @Test("Of many requests under one key that race, one is new and all name it")
  func race() throws {
    try rig.with { ledger in
      let answers = Channel<Result<Accepted, Failure>>()
      let acceptances = (0..<64).map { _ in ledger.makeAcceptance(idempotency: idempotent()) }
      let threads = (0..<4).map { part in
        Thread("race") {
          for acceptance in acceptances[(part * 16)..<(part * 16 + 16)] {
            ledger.accept(acceptance, then: Reply(direct: { answers.send($0) }))
          }
        }
      }
      for thread in threads { thread.join() }
      var named: [ExecutionID] = []
      for _ in acceptances {
        if case .duplicate(let id) = try #require(answers.receive()).get() { named.append(id) }
      }
      #expect(named.count == 63)
      #expect(Set(named).count == 1)
      let page = try ledger.executions(ExecutionQuery(owner: nil))
      #expect(page.executions.map(\.acceptance.id) == Array(Set(named)))
    }
  }

  @Test("Neither key nor body of an idempotent request is in the file")
  func secret() throws {
    try rig.with { ledger in
      try ledger.accept(
        ledger.makeAcceptance(idempotency: idempotent("a-very-telling-key", "a-telling-body")))
    }
    let found = try Database(at: rig.file, .read).number(
      """
      SELECT count(*) FROM executions WHERE instr(idempotency_key, CAST('telling' AS BLOB))
      OR instr(idempotency_body, CAST('telling' AS BLOB)) OR length(idempotency_key) != 32
      """)
    #expect(found == 0)
  }

  @Test("An id that this ledger did not mint, or that is in use, is refused and breaks nothing")
  func foreignID() throws {
    try rig.with { ledger in
      var acceptance = ledger.makeAcceptance()
      try ledger.accept(acceptance)
      #expect(throws: Failure.self) { try ledger.accept(acceptance) }
      acceptance.id = ExecutionID(random: Random.bytes(16))
      #expect(throws: Failure.self) { try ledger.accept(acceptance) }
      try ledger.run()
    }
  }

  @Test("Arguments beyond the bound are refused")
  func bound() throws {
    try rig.with { ledger in
      var acceptance = ledger.makeAcceptance()
      acceptance.arguments = [UInt8](repeating: 0x20, count: Ledger.argumentBytes + 1)
      let failure = #expect(throws: Failure.self) { try ledger.accept(acceptance) }
      #expect(failure?.code == .tooLarge)
    }
  }

  @Test("An execution starts once, and not when it is final")
  func start() throws {
    try rig.with { ledger in
      let acceptance = ledger.makeAcceptance(running: false)
      try ledger.accept(acceptance)
      #expect(try ledger.execution(acceptance.id)?.status == .pending)
      try ledger.start(acceptance.id)
      #expect(try ledger.execution(acceptance.id)?.status == .running)
      #expect(throws: Failure.self) { try ledger.start(acceptance.id) }
      try ledger.settle(.completed(acceptance))
      let failure = #expect(throws: Failure.self) { try ledger.start(acceptance.id) }
      #expect(failure?.reason == "already-final")
    }
  }

  @Test("Where too many wait, what was not promised is refused, and questions with it")
  func behind() throws {
    try rig.with { ledger in
      let promised = ledger.makeAcceptance()
      try ledger.accept(promised)
      let (begun, gate, over) = (Channel<Void>(), Channel<Void>(), Channel<Void>())
      func wait() {
        ledger.submit(.certainty, Reply(direct: { (_: Result<Void, Failure>) in over.send(()) })) {
          _ in
          begun.send(())
          _ = gate.receive()
          return .success(())
        }
      }
      wait()
      _ = begun.receive()
      // The writer has taken the first alone, which holds up the rest until the gate is closed.
      for _ in 0...65_536 { wait() }
      let refused = Channel<String>()
      ledger.accepted(
        under: idempotent(), of: promised.owner,
        then: Reply(direct: { refused.send($0.failure?.reason ?? "answered") }))
      ledger.accept(
        ledger.makeAcceptance(),
        then: Reply(direct: { refused.send($0.failure?.reason ?? "accepted") }))
      gate.close()
      #expect(refused.receive() == "ledger-behind")
      #expect(refused.receive() == "ledger-behind")
      try ledger.settle(.completed(promised))
      #expect(over.count == 65_538)
    }
  }

  @Test("Ids are version 4 UUIDs, name their row, and tell nothing of their order")
  func mint() throws {
    try rig.with { ledger in
      let ids = (0..<2000).map { _ in ledger.mint.mint() }
      #expect(Set(ids).count == ids.count)
      for (index, id) in ids.enumerated() {
        #expect(ExecutionID(id.description) == id)
        #expect(ledger.mint.number(of: id) == Int64(index) + 1)
      }
      // Every bit but the six fixed ones is one half of the time.
      let bytes = ids.map(\.bytes)
      #expect(bytes.allSatisfy { $0[6] >> 4 == 4 && $0[8] >> 6 == 2 })
      for bit in 0..<128 where ![48, 49, 50, 51, 64, 65].contains(bit) {
        let ones = bytes.count { $0[bit / 8] >> (7 - bit % 8) & 1 == 1 }
        #expect((850...1150).contains(ones), "bit \(bit) is one \(ones) times of 2000")
      }
    }
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let failure) = self { failure } else { nil }
  }
}
