import OrienModel
import OrienTestKit
import Testing

@testable import OrienNode

@Suite("Collections: what the ledger has of one is what the block has that stays")
struct TakenBackCollectionTests {
  let engine: PaymentEngine
  let node: Collecting
  let claim: StreamClaim

  init() throws {
    engine = Collecting.engine()
    node = try Collecting(Scratch(), engine)
    try node.begin()
    claim = try node.rent()
    try node.wait()
  }

  private var record: StreamCollection {
    get throws { try #require(try node.listed().first) }
  }

  /// Looks, and does something between what the backend sees and what the node hears of it.
  private func look(whileUnheard body: () -> Void) throws {
    engine.faults["outcome"] = [.late(20)]
    let count = engine.asked.count
    node.collections.look()
    let isSeen = node.loop.drive { [engine] in engine.asked[count...].contains("outcome") }
    try #require(isSeen)
    body()
    let rests = node.loop.drive { [collections = node.collections] in collections.isIdle }
    try #require(rests)
  }

  private func expectOne(_ amount: UInt256) throws {
    let ended = try record
    #expect(ended.state == .confirmed)
    #expect(ended.amount == amount)
    #expect(node.withdrawn(claim) == amount)
    #expect(node.collected(claim) == amount)
    #expect(node.effective.count == 1)
  }

  @Test("PAY-11: one that is mined again later has brought what it brings then")
  func minedAgain() throws {
    try node.pass(blocks: 2)
    let first = try record.amount
    #expect(first == node.withdrawn(claim))
    node.chain.reorganise(depth: 2)
    node.chain.mine(after: 700)
    try node.look()
    let second = try record.amount
    #expect(second >= first.plus(700_000_000)!)
    try node.pass(blocks: 2)
    try expectOne(second)
  }

  @Test("PAY-11: so it is also where what was heard last is of the block that is gone")
  func heardLate() throws {
    node.chain.mine()
    let first = node.withdrawn(claim)
    try look { [chain = node.chain] in
      chain.reorganise(depth: 1)
      chain.mine(after: 700)
    }
    #expect(try record.amount == first)
    #expect(node.withdrawn(claim) >= first.plus(700_000_000)!)
    try node.pass(blocks: 2)
    try expectOne(node.withdrawn(claim))
  }

  @Test("PAY-11: blocks on top that are taken back while it is written down change nothing")
  func heardCertain() throws {
    for _ in 0..<3 { node.chain.mine() }
    let amount = node.withdrawn(claim)
    try look { [chain = node.chain] in chain.reorganise(depth: 2, losing: { _ in true }) }
    try expectOne(amount)
    try node.pass(blocks: 3)
    try expectOne(amount)
  }

  @Test("A backend that is behind would have the same transaction signed again, which counts once")
  func behind() throws {
    try node.pass(blocks: 3)
    let amount = try record.amount
    let second = try Collecting(try node.die(), engine)
    try second.begin()
    engine.faults["quote"] = [.stale(4), .stale(4)]
    for _ in 0..<2 {
      let failure = try second.collect([claim])[0].failure
      #expect(failure?.reason == "behind")
    }
    try second.pass(blocks: 4, each: 61)
    #expect(second.withdrawn(claim) == amount)
    #expect(second.collected(claim) == amount)
    #expect(try second.listed().count == 1)
  }

  @Test("PAY-11: one that was certain and is lost keeps no other stream from being collected")
  func lostForGood() throws {
    try node.pass(blocks: 3)
    node.chain.reorganise(depth: 4, losing: { _ in true })
    #expect(node.withdrawn(claim) == .zero)
    let other = try node.rent()
    try node.wait()
    #expect(try node.listed().count == 1)
    try node.wait(30)
    try node.pass(blocks: 3)
    #expect(node.collected(other) == node.withdrawn(other))
    #expect(!node.collected(other).isZero)
    // Its own place is taken now, so nobody makes its transaction again.
    try node.wait(30)
    try node.pass(blocks: 3)
    #expect(!node.withdrawn(claim).isZero)
    #expect(try node.listed().map(\.state) == [.confirmed, .confirmed, .confirmed])
  }
}
