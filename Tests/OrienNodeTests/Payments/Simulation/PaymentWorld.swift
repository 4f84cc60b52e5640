import OrienModel
import OrienSystem
import OrienTestKit

@testable import OrienNode

/// A chain, whoever reads it, machines, tenants, and a node that rents these machines to those: what
/// happens next a seed decides, and after each step it is looked whether all that has to hold does.
final class PaymentWorld {
  let hole: PaymentHole?
  var random: SeededGenerator
  let chain: SimulatedChain
  let payments: PaymentEngine
  let machines = MachineEngine()
  let settings: PaymentSettings
  private(set) var node: PaidNode!
  var book = PaymentBook()
  /// The steps up to now, the newest last.
  private(set) var trail: [String] = []
  private(set) var taken = 0
  /// What an event has found, for whoever asks next.
  var violation: Violation?
  /// Questions of tenants that are not answered.
  var pending = 0
  /// Since when not all that is asked of the chain is answered by what is so.
  private(set) var troubledSince: UInt64?
  private var lastCollected: (stream: String, at: UInt64)?

  static let tenants = (1...4).map { "0x00000000000000000000000000000000000000e\($0)" }
  /// The longest that passes without a look, and between blocks.
  static let lookEvery: UInt64 = 30
  static let grace: UInt64 = 300
  /// What is so for that long is known, unless nobody can say: blocks on top, and answers that are late.
  static let delay: UInt64 = 8 * lookEvery

  init(
    seed: UInt64, _ hole: PaymentHole? = nil, _ change: (inout PaymentSettings) -> Void = { _ in }
  ) throws {
    self.hole = hole
    random = SeededGenerator(seed: seed)
    let isFirst = hole == .uncappedVesting || Bool.random(using: &random)
    chain = SimulatedChain(
      isFirst ? .first : .second, time: UInt64(Timestamp.now.microseconds / 1_000_000))
    payments = PaymentEngine(chain, seed: seed)
    for address in Self.tenants + [payments.recipient, chain.oracle] {
      chain.give(address, gas: SimulatedChain.plenty)
    }
    hole?.bend(payments)
    var settings = PaymentSettings()
    settings.network = "simulated"
    settings.interval = .seconds(Int64(Self.lookEvery))
    settings.grace = .seconds(Int64(Self.grace))
    settings.staleAfter = .seconds(120)
    if hole != .noEnd { settings.leastSeconds = [0, 60].randomElement(using: &random)! }
    settings.deletesOnExhaustion = Int.random(in: 0..<3, using: &random) == 0
    settings.retention = [nil, .seconds(900)].randomElement(using: &random)!
    change(&settings)
    self.settings = settings
    node = try begin(in: Scratch())
  }

  deinit { node?.close() }

  private func begin(in scratch: Scratch) throws -> PaidNode {
    if let hole {
      // There is something to bend once a node has been there.
      if !scratch.has("state") { try PaidNode(scratch, self).close() }
      try hole.bend(scratch)
    }
    let node = try PaidNode(scratch, self)
    node.begin()
    return node
  }

  func roll(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

  func note(_ step: String) {
    trail.append("\(chain.clock % 1_000_000) \(step)")
    trail.removeFirst(max(0, trail.count - 40))
  }

  // MARK: Running

  /// Random steps; throws what does not hold.
  func run(steps: Int) throws {
    for step in 0..<steps {
      taken += 1
      try act()
      // Not everything has come to its end when the next thing happens.
      if roll(4) == 0 { try linger(roll(4)) } else { try settle() }
      try check()
      if step % 100 == 99 { try calm() }
    }
    try wind()
  }

  private func linger(_ turns: Int) throws {
    var rest = turns
    _ = node.loop.drive {
      rest -= 1
      return rest < 0 || node.isDead
    }
    if node.isDead { try revive() }
  }

  /// Runs until nothing is under way; a node that dies is followed by another.
  func settle() throws {
    for _ in 0..<20 {
      let rests = node.loop.drive(within: .seconds(20)) {
        node.isDead || violation != nil || node.isQuiet && pending == 0
      }
      if let violation { throw violation }
      if node.isDead {
        try revive()
        continue
      }
      guard rests else {
        throw Violation(invariant: .remains, words: "the node does not come to rest: \(state)")
      }
      return
    }
  }

  /// The node dies, and the next one finds what it has left.
  func revive() throws {
    let left = try node.die()
    (machines.diesAt, payments.diesAt) = (nil, nil)
    pending = 0
    node = try begin(in: left)
    note("the node was begun anew")
  }

  /// Blocks come, and the node looks after each.
  func pass(_ seconds: UInt64) throws {
    var rest = seconds
    while rest > 0 {
      let part = min(rest, Self.lookEvery)
      rest -= part
      chain.mine(after: part)
      noteBlock()
      try look()
    }
  }

  func look() throws {
    node.payments.look()
    node.collections.look()
    node.rentals.matchSoon()
    try settle()
    if !isTroubled, node.payments.trouble == nil { troubledSince = nil }
    try check()
  }

  /// What is paid now.
  func noteBlock() {
    for id in machines.machines.keys where isPaid(id, in: chain.head) {
      book.paidAt[id] = chain.clock
    }
    if isTroubled { troubledSince = troubledSince ?? chain.clock }
  }

  private var isTroubled: Bool {
    let odds = payments.odds
    return payments.outage != .none || payments.frozenAt != nil || payments.strayChain != nil
      || odds.unavailable + odds.unheard + odds.stale + odds.late > 0
  }

  /// So long a time back may be what the node goes by.
  var window: UInt64 { Self.delay + (troubledSince.map { chain.clock - $0 } ?? 0) }

  func heal() {
    payments.outage = .none
    payments.odds = .none
    payments.frozenAt = nil
    payments.strayChain = nil
    payments.faults = [:]
    machines.faults = [:]
    machines.foreign = []
    (machines.diesAt, payments.diesAt) = (nil, nil)
    chain.baseFee = 10
  }

  /// Of one backend only one stream is collected per interval.
  func mayCollect(_ stream: String) -> Bool {
    guard hole == .oneCollection else { return true }
    let interval = UInt64(PaidNode.collectionInterval.components.seconds)
    if let last = lastCollected, last.stream != stream, chain.clock < last.at + interval {
      return false
    }
    lastCollected = (stream, chain.clock)
    return true
  }

  var state: String {
    let rentals = node.rentals.machines.values.map {
      "\($0.id) \($0.record.phase) \($0.isBusy ? "busy" : "idle") \($0.record.pause ?? "-")"
    }
    return "\(rentals) looking \(node.payments.isLooking) collecting \(!node.collections.isIdle) "
      + "pending \(pending) matched \(node.rentals.hasMatched)"
  }
}
