import OrienModel
import OrienTestKit
import Testing

@testable import OrienNode

/// A run of what may happen in any order, by a seed: tenants, strangers who have the same account,
/// pools that forget, fees that rise, reorganisations, backends that fail, and nodes that die.
final class AnyRun {
  let engine: PaymentEngine
  var node: Collecting
  var random: SeededGenerator
  var claims: [StreamClaim] = []
  /// What strangers have collected is none of the node's.
  var strangers: Set<String> = []

  init(_ contract: SimulatedChain.Contract, seed: UInt64) throws {
    random = SeededGenerator(seed: seed)
    engine = Collecting.engine(contract, seed: seed)
    node = try Collecting(Scratch(), engine)
    try node.begin()
    for _ in 0..<6 { claims.append(try node.rent()) }
    for _ in 0..<4 { engine.chain.mine() }
  }

  var chain: SimulatedChain { engine.chain }

  private func odds(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

  func step() throws {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<40: chain.mine(after: UInt64.random(in: 1...200, using: &random))
    case 40..<55: try node.tick()
    case 55..<65: try node.look()
    case 65..<70: chain.baseFee = UInt256(UInt64.random(in: 5...60, using: &random))
    case 70..<76:
      var draw = random
      chain.drop { _ in Int.random(in: 0..<2, using: &draw) == 0 }
      random = draw
    case 76..<80:
      var draw = random
      chain.reorganise(depth: 1) { _ in Int.random(in: 0..<2, using: &draw) == 0 }
      random = draw
    case 80..<84:
      let claim = claims.randomElement(using: &random)!
      let id = UInt256(decimal: claim.stream.id)!
      if let call = try? chain.offer(.withdraw(id), by: engine.recipient) {
        strangers.insert(call.hash)
      }
    case 84..<87:
      let claim = claims.randomElement(using: &random)!
      let id = UInt256(decimal: claim.stream.id)!
      _ = try? chain.offer(.topUp(id, 5_000_000_000), by: Collecting.tenant)
    case 87..<92:
      engine.odds = PaymentEngine.Odds()
      engine.odds.unavailable = Int.random(in: 0...20, using: &random)
      engine.odds.unheard = Int.random(in: 0...20, using: &random)
      engine.odds.stale = Int.random(in: 0...10, using: &random)
      engine.odds.late = Int.random(in: 0...20, using: &random)
    case 92..<96:
      let claim = claims.randomElement(using: &random)!
      node.collections.collect([claim]) { _ in }
      try node.look()
    default: try die()
    }
  }

  private func die() throws {
    engine.diesAt = engine.steps + Int.random(in: 0..<12, using: &random)
    try? node.tick()
    let left = try node.die()
    engine.diesAt = nil
    node = try Collecting(left, engine)
    try node.begin()
  }

  /// Nothing goes wrong any more: what is under way comes to its end.
  func settle() throws {
    engine.odds = .none
    engine.faults = [:]
    chain.baseFee = 10
    for _ in 0..<200 {
      try node.pass(blocks: 1, each: 61)
      if node.collections.underWay.isEmpty { return }
    }
  }

  /// What the node's transactions in the chain have paid, by stream.
  func paid() -> [String: UInt256] {
    var paid: [String: UInt256] = [:]
    for receipt in node.effective where !strangers.contains(receipt.transaction.hash) {
      guard case .withdraw(let id) = receipt.transaction.call else { continue }
      paid[id.description, default: .zero] = paid[id.description, default: .zero]
        .plus(receipt.amount)!
    }
    return paid
  }
}

@Suite("Collections: whatever happens, in any order")
struct AnyCollectionTests {
  @Test(
    "In the end the ledger has what the chain has paid, each once", arguments: Seed.some(),
    [SimulatedChain.Contract.first, .second])
  func anything(seed: UInt64, contract: SimulatedChain.Contract) throws {
    let run = try AnyRun(contract, seed: seed)
    for round in 0..<10 {
      for _ in 0..<100 { try run.step() }
      try run.settle()
      let place: Comment = "seed \(seed), round \(round)"
      #expect(run.node.collections.underWay.isEmpty, place)
      let paid = run.paid()
      for claim in run.claims {
        #expect(run.node.collected(claim) == paid[claim.stream.id] ?? .zero, place)
      }
      try expectBounds(run, place)
    }
    #expect(!run.paid().isEmpty, "seed \(seed)")
  }

  /// What holds of every collection that ever was.
  private func expectBounds(_ run: AnyRun, _ place: Comment) throws {
    for record in try run.node.listed() {
      #expect(!record.expected.isZero, place)
      #expect(record.state != .confirmed || !record.amount.isZero, place)
      #expect(record.attempts.count <= 20, place)
      // Of each place of the account one transaction at most is in the chain.
      for nonce in record.nonces {
        let included = record.attempts.filter {
          $0.nonce == nonce && run.chain.head.receipts[$0.hash] != nil
        }
        #expect(included.count <= 1, place)
      }
      let first = try record.attempts.first.map {
        try #require($0.maxFee.times(UInt256($0.gas))?.times(10))
      }
      #expect(first.map { $0 <= record.expected } ?? true, place)
    }
  }

  @Test(
    "H9: with a backend that fails now and then every stream is collected within interval and slack",
    arguments: Seed.some())
  func punctual(seed: UInt64) throws {
    let engine = Collecting.engine(seed: seed)
    let node = try Collecting(Scratch(), engine)
    try node.begin()
    let claims = try (0..<12).map { _ in try node.rent() }
    engine.odds.unavailable = 3
    engine.odds.unheard = 3
    engine.odds.late = 10
    var latest: UInt64 = 0
    for _ in 0..<400 {
      engine.chain.mine(after: 30)
      try? node.tick()
      for claim in claims {
        let last = node.collections.totals[claim.stream]?.lastAt ?? claim.claimedAt
        let open = node.collections.open[claim.stream]?.record.createdAt ?? last
        latest = max(latest, engine.chain.clock - UInt64(max(last, open).microseconds / 1_000_000))
      }
    }
    // Six rounds in a row that say nothing of the chain are slept through in twice the longest silence.
    let settings = node.collections.settings
    let most = settings.interval + settings.longestSilence * 2
    #expect(latest < most.wholeSeconds, "seed \(seed)")
    for claim in claims {
      #expect(node.collections.totals[claim.stream]?.confirmed ?? 0 >= 4, "seed \(seed)")
    }
  }
}
