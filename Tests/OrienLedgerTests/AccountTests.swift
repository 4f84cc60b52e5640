import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("Accounts of sessions")
struct AccountTests {
  static let key = SessionKey(SessionID("s1")!, of: Owner("alice"))
  private static let name = StreamName(chain: "1337", contract: "0xAbc", id: "42")

  @Test("An account is opened with the first call that names it, and charged as its calls end")
  func budget() throws {
    try Rig().with { ledger throws in
      #expect(try ledger.account(of: Self.key) == nil)
      let first = try ledger.accept(need: 20, .budget(100))
      let second = try ledger.accept(need: 30)
      #expect(try ledger.figures == [0, 50, 2])
      let settled = try ledger.settled(.completed(first))
      #expect(settled.record.payment == .budget(microUnits: 17, budget: 100, spent: 17))
      #expect(try ledger.figures == [17, 30, 1])
      // What nobody had limited may cost more than was set aside.
      var dear = Settlement.completed(second)
      dear.record.costMicroUnits = 90
      #expect(
        try ledger.settled(dear).record.payment
          == .budget(microUnits: 90, budget: 100, spent: 107))
      #expect(try ledger.figures == [107, 0, 0])
      #expect(try ledger.refusal(need: 1)?.code == .unpaid)
    }
  }

  @Test("A session without an account pays nothing, and no record says that it does")
  func without() throws {
    try Rig().with { ledger throws in
      _ = try ledger.accept(need: 1, .budget(1), session: "other")
      let acceptance = try ledger.accept(need: 1000)
      #expect(try ledger.settled(.completed(acceptance)).record.payment == nil)
      let other = try ledger.accept(need: 1000, owner: "bob", session: "other")
      #expect(try ledger.settled(.completed(other)).record.payment == nil)
    }
  }

  @Test("Who is refused is told what is needed and what there is, and has changed nothing")
  func unpaid() throws {
    try Rig().with { ledger throws in
      let refusal = try ledger.refusal(need: 101, .budget(100))
      #expect(refusal?.code == .unpaid)
      #expect(
        refusal?.details
          == [.init("required", .integer(101)), .init("available", .integer(100))])
      #expect(try ledger.account(of: Self.key) == nil)
      _ = try ledger.accept(need: 60, .budget(100))
      #expect(
        try ledger.refusal(need: 50)?.details
          == [.init("required", .integer(50)), .init("available", .integer(40))])
      // Had it been let in, the budget would be greater.
      #expect(try ledger.refusal(need: 150, .budget(200))?.code == .unpaid)
      #expect(try ledger.account(of: Self.key)?.account.means == .budget(100))
      _ = try ledger.accept(need: 140, .budget(200))
      #expect(try ledger.account(of: Self.key)?.account.means == .budget(200))
    }
  }

  @Test("A call is held to the budget that it names; less than was spent is no budget")
  func lesser() throws {
    try Rig().with { ledger throws in
      let first = try ledger.accept(need: 20, .budget(100))
      try ledger.settle(.completed(first))
      #expect(try ledger.refusal(need: 20, .budget(30))?.details.last?.value == .integer(13))
      _ = try ledger.accept(need: 13, .budget(30))
      #expect(try ledger.account(of: Self.key)?.account.means == .budget(100))
      let refusal = try ledger.refusal(need: 0, .budget(16))
      #expect(refusal?.code == .conflict && refusal?.reason == "budget-spent")
    }
  }

  @Test(
    "Tools of two currencies are not charged to one account; those without a price are nobody's")
  func currencies() throws {
    try Rig().with { ledger throws in
      _ = try ledger.accept(need: 0, .budget(100), currency: "EUR")
      _ = try ledger.accept(need: 1, currency: "USD")
      #expect(try ledger.refusal(need: 1, currency: "EUR")?.reason == "currency-mismatch")
      _ = try ledger.accept(need: 0, currency: "EUR")
    }
  }

  @Test("A request that comes again is charged once, also where nothing is left for another")
  func again() throws {
    try Rig().with { ledger throws in
      let idempotency = Idempotency(key: "k", body: [1])
      let first = try ledger.accept(need: 100, .budget(100), idempotency: idempotency)
      let copy = ledger.acceptance(need: 100, .budget(100), idempotency: idempotency)
      #expect(try ledger.accept(copy) == .duplicate(of: first.id))
      #expect(try ledger.figures == [0, 100, 1])
      try ledger.settle(.completed(first))
      let later = ledger.acceptance(need: 100, .budget(100), idempotency: idempotency)
      #expect(try ledger.accept(later) == .duplicate(of: first.id))
      #expect(try ledger.figures == [17, 0, 0])
    }
  }

  @Test("Of fifty calls at once on funds for ten, ten are let in")
  func race() throws {
    try Rig().with { ledger throws in
      let answers = Channel<Bool>()
      for number in 0..<50 {
        let acceptance = ledger.acceptance(need: 10, number == 0 ? .budget(100) : .budget(100))
        ledger.accept(
          acceptance,
          then: Reply(direct: { (result: Result<Accepted, Failure>) in
            if case .success = result { answers.send(true) } else { answers.send(false) }
          }))
      }
      let admitted = (0..<50).count { _ in answers.receive() == true }
      #expect(admitted == 10)
      #expect(try ledger.figures == [0, 100, 10])
    }
  }

  @Test("A stream pays with what has vested, and only since it was named; the amounts are exact")
  func stream() throws {
    try Rig().with { ledger throws in
      let rate = UInt256(decimal: "123456789012345678901")!
      func funds(_ microUnits: UInt64, over: UInt256 = 0) -> StreamFunds {
        let collected = UInt256(777)
        return StreamFunds(
          name: Self.name,
          vested: collected.plus(UInt256(microUnits).times(rate)!)!.plus(over)!,
          collected: collected, microUnitWei: rate,
          claim: StreamClaim(
            stream: Self.name, holder: .session(Self.key.owner, Self.key.id), sender: "0x1",
            rate: .zero, claimedAt: .now))
      }
      #expect(
        try ledger.refusal(need: 20, .stream("42"), funds(19, over: 5))?.details
          == [
            .init("required", .integer(20)), .init("available", .integer(19)),
            .init("stream", .string("1337:0xAbc:42")),
            .init("requiredWei", .string("2469135780246913578020")),
            .init("availableWei", .string("2345678991234567899124")),
          ])
      #expect(try ledger.wait { ledger.claim(of: Self.name, then: $0) } == nil)
      let first = try ledger.accept(need: 20, .stream("42"), funds(20))
      let claim = try #require(try ledger.wait { ledger.claim(of: Self.name, then: $0) })
      #expect(claim.holder == .session(Self.key.owner, Self.key.id) && claim.phase == .active)
      #expect(try ledger.refusal(need: 1, nil, funds(20))?.code == .unpaid)
      #expect(
        try ledger.settled(.completed(first)).record.payment
          == .stream(Self.name, microUnits: 17, wei: UInt256(decimal: "2098765413209876541317")!))
      _ = try ledger.accept(need: 3, .stream("42"), funds(20))
      #expect(try ledger.refusal(need: 1, .budget(5))?.reason == "paid-otherwise")
      #expect(try ledger.refusal(need: 1, .stream("43"), funds(99))?.reason == "paid-otherwise")
      // Nobody can say what it has.
      #expect(try ledger.refusal(need: 1)?.code == .unavailable)
      // It pays for one session alone, and for no other after it.
      #expect(
        try ledger.refusal(need: 1, .stream("42"), funds(99), session: "s2")?.reason
          == "stream-in-use")
      try ledger.wait {
        ledger.createSession(
          SessionRecord(
            owner: Self.key.owner, session: Self.key.id, folder: "f", createdAt: .now,
            lastUsedAt: .now), then: $0)
      }
      try ledger.wait { ledger.removeSession(Self.key.id, of: Self.key.owner, then: $0) }
      #expect(try ledger.wait { ledger.claim(of: Self.name, then: $0) }?.phase == .leaving)
      #expect(
        try ledger.refusal(need: 1, .stream("42"), funds(99))?.reason == "stream-in-use")
    }
  }

  @Test("An account ends with its session; what still runs is charged to it and to no later one")
  func removed() throws {
    let rig = try Rig()
    let (old, new) = try rig.with { ledger throws in
      let old = try ledger.accept(need: 60, .budget(100))
      let oldest = try ledger.accept(need: 40)
      try ledger.wait { ledger.createSession(Self.session, then: $0) }
      try ledger.wait { ledger.removeSession(Self.key.id, of: Self.key.owner, then: $0) }
      #expect(try ledger.account(of: Self.key) == nil)
      let new = try ledger.accept(need: 5, .budget(50))
      #expect(
        try ledger.settled(.completed(oldest)).record.payment
          == .budget(microUnits: 17, budget: 100, spent: 17))
      #expect(try ledger.figures == [0, 5, 1])
      return (old, new)
    }
    try rig.with { ledger throws in
      #expect(try ledger.figures == [0, 5, 1])
      #expect(
        try ledger.settled(.completed(old)).record.payment
          == .budget(microUnits: 17, budget: 100, spent: 34))
      #expect(
        try ledger.settled(.completed(new)).record.payment
          == .budget(microUnits: 17, budget: 50, spent: 17))
    }
  }

  private static let session = SessionRecord(
    owner: key.owner, session: key.id, folder: "f", createdAt: .now, lastUsedAt: .now)

  @Test("What is lost with a node is free, and no longer set aside; what waits still is")
  func lost() throws {
    let rig = try Rig()
    let waiting = try rig.with { ledger throws in
      _ = try ledger.accept(need: 60, .budget(100))
      return try ledger.accept(need: 30, running: false)
    }
    try rig.with { ledger throws in
      #expect(try ledger.figures == [0, 90, 2])
      try ledger.wait { ledger.settleLost(then: $0) }
      #expect(try ledger.figures == [0, 30, 1])
      let lost = try #require(
        try ledger.executions(ExecutionQuery(owner: nil)).executions.last?.end)
      #expect(lost.record.status == .lost)
      #expect(lost.record.payment == .budget(microUnits: 0, budget: 100, spent: 0))
      try ledger.settle(.completed(waiting))
      #expect(try ledger.figures == [17, 0, 0])
    }
    #expect(throws: Never.self) { try Chain.verify(folder: rig.path) }
  }
}

extension Ledger {
  func acceptance(
    need: UInt64, _ offer: PaymentOffer? = nil, _ stream: StreamFunds? = nil,
    currency: String = "USD", owner: String = "alice", session: String = "s1",
    running: Bool = true, idempotency: Idempotency? = nil
  ) -> Acceptance {
    var acceptance = makeAcceptance(
      owner: owner, session: session, running: running, idempotency: idempotency)
    acceptance.need = PaymentNeed(
      microUnits: need, currency: currency, offer: offer, stream: stream)
    return acceptance
  }

  @discardableResult
  func accept(
    need: UInt64, _ offer: PaymentOffer? = nil, _ stream: StreamFunds? = nil,
    currency: String = "USD", owner: String = "alice", session: String = "s1",
    running: Bool = true, idempotency: Idempotency? = nil
  ) throws(Failure) -> Acceptance {
    let acceptance = acceptance(
      need: need, offer, stream, currency: currency, owner: owner, session: session,
      running: running, idempotency: idempotency)
    try accept(acceptance)
    return acceptance
  }

  /// Why such a call is not let in.
  func refusal(
    need: UInt64, _ offer: PaymentOffer? = nil, _ stream: StreamFunds? = nil,
    currency: String = "USD", session: String = "s1"
  ) throws -> Failure? {
    do throws(Failure) {
      try accept(need: need, offer, stream, currency: currency, session: session)
      return nil
    } catch {
      return error
    }
  }

  func account(of key: SessionKey) throws(Failure) -> AccountReport? {
    try wait { account(of: key, then: $0) }
  }

  func settled(_ settlement: Settlement) throws(Failure) -> Settled {
    try wait { settle(settlement, then: $0) }
  }

  /// What was spent, what is set aside, and for how many.
  var figures: [UInt64] {
    get throws {
      let report = try #require(
        try account(of: SessionKey(SessionID("s1")!, of: Owner("alice"))))
      return [
        report.account.spentMicroUnits, report.reservedMicroUnits, UInt64(report.openExecutions),
      ]
    }
  }
}
