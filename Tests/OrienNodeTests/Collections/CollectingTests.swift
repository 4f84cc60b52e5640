import OrienModel
import OrienTestKit
import Testing

@testable import OrienNode

@Suite("Collections: what streams have paid comes in, once, and worth its gas")
struct CollectingTests {
  let scratch = Scratch()
  let engine = Collecting.engine()

  private func node(_ change: (inout Collections.Settings) -> Void = { _ in }) throws -> Collecting
  {
    let node = try Collecting(scratch, engine, change)
    try node.begin()
    return node
  }

  @Test("A stream is collected once its interval is over, and certain after so many blocks")
  func wholeLife() throws {
    let node = try node()
    let claim = try node.rent()
    try node.wait(600)
    #expect(try node.listed().isEmpty)
    try node.wait(1300)
    let sent = try #require(try node.listed().first)
    #expect(sent.state == .sent)
    #expect(sent.attempts.count == 1)
    try node.pass(blocks: 1)
    #expect(try node.listed().first?.state == .included)
    #expect(node.collected(claim) == .zero)
    try node.pass(blocks: 2)
    let ended = try #require(try node.listed().first)
    #expect(ended.state == .confirmed)
    #expect(ended.amount == node.withdrawn(claim))
    #expect(!ended.amount.isZero)
    #expect(node.collected(claim) == ended.amount)
    #expect(ended.cost == node.effective.first?.cost)
    // The next one comes an interval later and not before.
    try node.wait(600)
    #expect(try node.listed().count == 1)
    try node.wait(1300)
    #expect(try node.listed().count == 2)
  }

  @Test("Where nothing is collected by itself the operator collects all the same")
  func manual() throws {
    let node = try node { $0.isEnabled = false }
    let claim = try node.rent()
    try node.wait(7200)
    #expect(try node.listed().isEmpty)
    #expect(try node.collect([claim])[0].get().state == .sent)
    let again = try node.collect([claim])[0]
    #expect(throws: Failure.self) { try again.get() }
    try node.pass(blocks: 3)
    #expect(node.collected(claim) == node.withdrawn(claim))
    #expect(!node.collected(claim).isZero)
  }

  @Test("H9: nothing is sent for nothing, whoever asks")
  func nothing() throws {
    let node = try node { $0.interval = .zero }
    let claim = try node.rent(rate: 1_000_000, deposit: 3_600_000_000)
    try node.wait(4000)
    try node.pass(blocks: 3)
    #expect(node.withdrawn(claim) == 3_600_000_000)
    for _ in 0..<5 { try node.wait(600) }
    let result = try node.collect([claim])[0]
    let failure = #expect(throws: Failure.self) { try result.get() }
    #expect(failure?.reason == "nothing-to-collect")
    #expect(try node.listed().count == 1)
    #expect(engine.asked.filter { $0 == "send" }.count == 1)
  }

  @Test("What is less than the least amount waits, and is collected when somebody asks")
  func least() throws {
    let node = try node { $0.leastAmount = 5_000_000_000 }
    let claim = try node.rent()
    try node.wait(1900)
    #expect(try node.listed().isEmpty)
    try node.wait(3600)
    #expect(try node.listed().count == 1)
    try node.pass(blocks: 3)
    try node.wait(60)
    #expect(try node.collect([claim])[0].get().state == .sent)
  }

  @Test("Gas never costs more than its share of what is collected, in whichever block it is")
  func gasShare() throws {
    let node = try node { $0.mostGasPercent = 10 }
    // 80000 of gas at 11 cost 880000, and may cost 1680000.
    let claim = try node.rent(rate: 4_000)
    try node.wait(1900)
    #expect(try node.listed().isEmpty)
    let result = try node.collect([claim])[0]
    let failure = #expect(throws: Failure.self) { try result.get() }
    #expect(failure?.reason == "not-worth-it")
    #expect(failure?.message.contains("STREAM_MAX_GAS_PERCENT") == true)
    try node.wait(700)
    let sent = try #require(try node.listed().first)
    let attempt = try #require(sent.attempts.first)
    let most = try #require(attempt.maxFee.times(UInt256(attempt.gas)))
    #expect(most.times(10).map { $0 <= sent.expected } == true)
    #expect(attempt.maxFee < 21)
  }

  @Test("The rate between what gas is paid in and what streams pay in counts")
  func gasRate() throws {
    let node = try node { $0.gasRate = Money(units: 10_000_000_000_000) }
    let claim = try node.rent(rate: 4_000)
    try node.wait(100_000)
    let result = try node.collect([claim])[0]
    #expect(throws: Failure.self) { try result.get() }
    try node.wait(230_000_000)
    #expect(try node.listed().count == 1)
  }

  @Test(
    "H9: of many streams each is collected within its interval, with places one behind the other")
  func many() throws {
    let node = try node()
    let claims = try (0..<40).map { _ in try node.rent() }
    try node.wait()
    for _ in 0..<6 {
      try node.pass(blocks: 1)
      try node.tick()
    }
    #expect(claims.allSatisfy { !node.collected($0).isZero })
    let nonces = try node.listed().flatMap(\.attempts).map(\.nonce)
    #expect(Set(nonces).count == 40)
    #expect(nonces.max() == 39)
    for _ in 0..<10 {
      try node.pass(blocks: 3)
      try node.wait(600)
    }
    try node.pass(blocks: 4)
    let now = Int64(node.chain.clock)
    for claim in claims {
      let last = try #require(node.collections.totals[claim.stream]?.lastAt)
      #expect(now - last.microseconds / 1_000_000 < 1800 + 700)
      #expect(node.collections.totals[claim.stream]!.confirmed >= 3)
    }
  }

  @Test("A recipient that cannot pay for gas is told once, and collects when it can")
  func noFunds() throws {
    engine.chain.give(engine.recipient, gas: 1000)
    let node = try node()
    let claim = try node.rent()
    try node.wait()
    #expect(try node.listed().isEmpty)
    #expect(node.collections.said[claim.stream] == "no-funds")
    engine.chain.give(engine.recipient, gas: SimulatedChain.plenty)
    try node.wait(301)
    try node.pass(blocks: 3)
    #expect(!node.collected(claim).isZero)
  }

  @Test("A silent backend changes nothing, and is asked less and less")
  func silence() throws {
    let node = try node()
    let claim = try node.rent()
    try node.wait()
    #expect(try node.listed().first?.state == .sent)
    node.chain.mine()
    engine.outage = .total
    let before = engine.asked.count
    for _ in 0..<300 {
      node.chain.mine(after: 1)
      try node.look()
    }
    // Whoever does not answer may be another by the time it does.
    #expect(engine.asked[before...] == ["outcome", "probe", "probe", "probe", "probe", "probe"])
    engine.outage = .none
    #expect(try node.listed().first?.state == .sent)
    try node.pass(blocks: 2, each: 400)
    #expect(node.collected(claim) == node.withdrawn(claim))
    let results = { () throws -> Failure? in
      self.engine.outage = .total
      let result = try node.collect([claim])[0]
      return #expect(throws: Failure.self) { try result.get() }
    }
    #expect(try results()?.reason == "away")
  }

  @Test("H9: a backend that fails once in every round is asked no less for it")
  func failsInEachRound() throws {
    let node = try node()
    let claims = try (0..<12).map { _ in try node.rent() }
    let away = Failure(.unavailable, "away", "nobody answers")
    engine.faults["sign"] = (0..<12).flatMap { _ in [.late(1), .refused(away)] }
    try node.wait()
    for _ in 0..<12 {
      node.chain.mine(after: 6)
      try node.tick()
    }
    #expect(engine.faults["sign"].map { $0.count <= 1 } == true)
    #expect(node.collections.silences <= 1)
    try node.pass(blocks: 3)
    for claim in claims { #expect(!node.collected(claim).isZero) }
  }

  @Test("Streams of another chain are left as they are, and so is what is under way there")
  func otherChain() throws {
    let node = try node()
    let claim = try node.rent()
    var stranger = claim
    stranger.stream.chain = "1"
    try node.wait(60)
    let result = try node.collect([stranger])[0]
    let failure = #expect(throws: Failure.self) { try result.get() }
    #expect(failure?.reason == "other-chain")
    #expect(!engine.asked.contains { $0.hasPrefix("keep") })
  }
}
