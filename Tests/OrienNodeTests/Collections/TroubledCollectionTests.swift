import OrienModel
import OrienTestKit
import Testing

@testable import OrienNode

@Suite("Collections: transactions that are lost, stuck, taken back, refused or forestalled")
struct TroubledCollectionTests {
  let scratch = Scratch()
  let engine = Collecting.engine()

  private func node(_ change: (inout Collections.Settings) -> Void = { _ in }) throws -> Collecting
  {
    let node = try Collecting(scratch, engine, change)
    try node.begin()
    return node
  }

  /// What holds once everything is certain.
  private func expectWhole(_ node: Collecting, _ claims: [StreamClaim]) throws {
    for claim in claims { #expect(node.collected(claim) == node.withdrawn(claim)) }
    let confirmed = try node.listed().filter { $0.state == .confirmed }
    #expect(node.effective.count == confirmed.count)
  }

  @Test("PAY-13: one that nodes forget is sent again, and it is the same")
  func dropped() throws {
    let node = try node()
    let claim = try node.rent()
    try node.wait()
    for _ in 0..<3 {
      #expect(node.chain.pool.count == 1)
      node.chain.drop { _ in true }
      try node.pass(blocks: 1, each: 61)
    }
    try node.pass(blocks: 3)
    let ended = try #require(try node.listed().first)
    #expect(ended.state == .confirmed)
    #expect(ended.attempts.count == 1)
    try expectWhole(node, [claim])
  }

  @Test("PAY-13: one that offers too little is replaced, by an eighth more at least")
  func stuck() throws {
    let node = try node()
    let claim = try node.rent()
    try node.wait()
    node.chain.baseFee = 30
    try node.pass(blocks: 24)
    #expect(try node.listed().first?.attempts.count == 1)
    try node.pass(blocks: 2)
    let attempts = try #require(try node.listed().first?.attempts)
    #expect(attempts.count == 2)
    #expect(attempts[0].nonce == attempts[1].nonce)
    #expect(attempts[1].maxFee.times(8)! >= attempts[0].maxFee.times(9)!)
    #expect(attempts[1].priorityFee > attempts[0].priorityFee)
    try node.pass(blocks: 4)
    #expect(try node.listed().first?.state == .confirmed)
    try expectWhole(node, [claim])
  }

  @Test("It is replaced so often and no more, and never beyond what it may cost")
  func bounded() throws {
    let node = try node()
    let claim = try node.rent()
    try node.wait()
    node.chain.baseFee = 100_000
    engine.feeBound = .max
    try node.pass(blocks: 400)
    let record = try #require(try node.listed().first)
    #expect(record.attempts.count <= 1 + node.collections.settings.mostReplacements)
    for attempt in record.attempts {
      let most = try #require(attempt.maxFee.times(UInt256(attempt.gas)))
      #expect(most.times(10)! <= max(record.expected, node.withdrawn(claim)).times(11)!)
    }
    node.chain.baseFee = 10
    try node.pass(blocks: 5)
    #expect(try node.listed().last?.state == .confirmed)
  }

  @Test("The operator's own bound of fees holds for replacements too")
  func tooExpensive() throws {
    let node = try node()
    let claim = try node.rent()
    try node.wait()
    node.chain.baseFee = 50
    engine.feeBound = 22
    try node.pass(blocks: 100)
    let record = try #require(try node.listed().first)
    #expect(record.attempts.count == 1)
    #expect(record.trouble?.reason == "too-expensive")
    node.chain.baseFee = 5
    try node.pass(blocks: 3)
    try expectWhole(node, [claim])
  }

  @Test("PAY-11: what a reorganisation takes back is sent again as it was", arguments: [1, 2])
  func reorganised(depth: Int) throws {
    let node = try node()
    let claim = try node.rent()
    try node.wait()
    try node.pass(blocks: depth)
    #expect(try node.listed().first?.state == .included)
    node.chain.reorganise(depth: depth, losing: { _ in true })
    try node.look()
    let back = try #require(try node.listed().first)
    #expect(back.state == .sent)
    #expect(back.amount == .zero)
    #expect(node.chain.pool.map(\.hash) == back.attempts.map(\.hash))
    try node.pass(blocks: 3)
    let ended = try #require(try node.listed().first)
    #expect(ended.state == .confirmed)
    #expect(ended.attempts.count == 1)
    try expectWhole(node, [claim])
  }

  @Test("PAY-13: where somebody else has its place it is planned anew")
  func superseded() throws {
    let node = try node()
    let (claim, other) = (try node.rent(), try node.rent(rate: 77))
    try node.wait()
    node.chain.drop { _ in true }
    // Somebody who has the same account was faster.
    let id = try #require(UInt256(decimal: other.stream.id))
    try node.chain.offer(.withdraw(id), by: engine.recipient)
    try node.pass(blocks: 2)
    #expect(try node.listed().first?.state == .sent)
    try node.pass(blocks: 2)
    #expect(try node.listed().first?.state == .superseded)
    try node.wait(60)
    try node.pass(blocks: 3)
    let listed = try node.listed()
    #expect(listed.map(\.state) == [.confirmed, .superseded])
    #expect(node.collected(claim) == node.withdrawn(claim))
    #expect(node.collected(other) == .zero)
    #expect(node.effective.count == 1)
  }

  @Test("PAY-13: a place before ours that nobody has any more is taken")
  func gap() throws {
    let node = try node()
    let (claim, other) = (try node.rent(), try node.rent(rate: 77))
    let id = try #require(UInt256(decimal: other.stream.id))
    let stranger = try node.chain.offer(.withdraw(id), by: engine.recipient)
    node.chain.leastTip = 100
    try node.wait()
    #expect(try node.listed().first?.attempts.first?.nonce == 1)
    node.chain.leastTip = 1
    node.chain.drop { $0.hash == stranger.hash }
    try node.pass(blocks: 20)
    #expect(node.withdrawn(claim) == .zero)
    try node.pass(blocks: 20)
    #expect(node.chain.head.account(engine.recipient).nonce >= 2)
    #expect(try node.listed().first { $0.stream == claim.stream }?.state == .confirmed)
    #expect(node.collected(claim) == node.withdrawn(claim))
    #expect(!node.collected(claim).isZero)
  }

  @Test("PAY-16: what the contract refuses is left alone, longer each time, and told")
  func reverted() throws {
    let node = try node()
    let claim = try node.rent()
    let id = try #require(UInt256(decimal: claim.stream.id))
    try node.wait()
    // Its sender ends it first: then there is nothing left to collect.
    let call = try node.chain.offer(.terminate(id), by: Collecting.tenant)
    node.chain.mine(only: { $0 == call })
    try node.pass(blocks: 3)
    let ended = try #require(try node.listed().first)
    #expect(ended.state == .reverted)
    #expect(ended.trouble?.reason == "reverted")
    #expect(!ended.cost.isZero)
    for _ in 0..<20 { try node.wait(1800) }
    #expect(try node.listed().count == 1)
    #expect(engine.asked.filter { $0 == "send" }.count == 1)
  }

  @Test("PAY-16: quotes that the contract refuses come seldom, and no gas is spent on them")
  func refusedQuotes() throws {
    let node = try node()
    _ = try node.rent()
    let words = Failure(.conflict, "reverted", "the contract says no")
    engine.faults["quote"] = Array(repeating: .refused(words), count: 100)
    try node.wait()
    for _ in 0..<120 { try node.wait(30) }
    let quotes = engine.asked.filter { $0.hasPrefix("quote") }.count
    #expect((4...8).contains(quotes))
    #expect(try node.listed().isEmpty)
  }

  @Test("A transaction that nobody takes is no reason to stop, nor to ask without end")
  func refusedSends() throws {
    let node = try node()
    let claim = try node.rent()
    let words = Failure(.conflict, "refused", "the chain says no")
    engine.faults["send"] = Array(repeating: .refused(words), count: 5)
    try node.wait()
    let record = try #require(try node.listed().first)
    #expect(record.state == .signed)
    #expect(record.trouble?.message == "the chain says no")
    for _ in 0..<60 { try node.pass(blocks: 1, each: 1) }
    #expect(engine.asked.filter { $0 == "send" }.count <= 3)
    try node.pass(blocks: 10, each: 61)
    #expect(try node.listed().first?.state == .confirmed)
    try expectWhole(node, [claim])
  }

}
