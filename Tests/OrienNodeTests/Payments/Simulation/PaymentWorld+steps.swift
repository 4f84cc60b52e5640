import OrienModel
import OrienSystem
import OrienTestKit

@testable import OrienNode

// What may happen.

extension PaymentWorld {
  /// One thing happens.
  func act() throws {
    switch roll(40) {
    case 0..<7: try go(UInt64(12 + roll(60)))
    case 7..<12: open()
    case 12..<19: rent()
    case 19..<22: topUp()
    case 22: offer("terminate") { .terminate($0) }
    case 23: offer("halt", by: chain.oracle) { .haltStream($0) }
    case 24: endMachine()
    case 25: stopMachine()
    case 26: startMachine()
    case 27..<29: spoilPayments()
    case 29..<32:
      note("all is well")
      heal()
    case 32: reorganise()
    case 33..<35: spoilMachines()
    case 35: kill()
    case 36: collect()
    case 37: changeGas()
    case 38:
      note("look")
      try look()
    default: try go(UInt64(60 + roll(240)))
    }
  }

  private func go(_ seconds: UInt64) throws {
    note("\(seconds) seconds pass")
    try pass(seconds)
  }

  // MARK: Streams

  private func open() {
    let tenant = Self.tenants[roll(Self.tenants.count)]
    let price = PaidNode.pricePerCore
    var rate = price.times(UInt256(UInt64(1 + roll(3)))) ?? .max
    var recipient = payments.recipient
    var token: String?
    switch roll(10) {
    case 0: rate = price.minus(.one) ?? .one
    case 1: recipient = Self.tenants[0]
    case 2: token = "0x00000000000000000000000000000000000000ab"
    default: break
    }
    let lasts = [5, 100, 400, 1500, 4000].randomElement(using: &random)! + UInt64(roll(50))
    let deposit = (rate.times(UInt256(lasts)) ?? .max).plus(UInt256(UInt64(roll(1000)))) ?? .max
    note("open: \(lasts) s of \(rate) for \(recipient.suffix(2)) in \(token?.suffix(2) ?? "it")")
    let call = ContractCall.createStream(
      recipient: recipient, deposit: deposit, rate: rate, token: token)
    guard let transaction = try? chain.offer(call, by: tenant) else { return }
    book.opened.append((transaction.hash, tenant))
    book.opened.removeFirst(max(0, book.opened.count - 14))
    mine()
  }

  private func mine() {
    chain.mine(after: 1)
    noteBlock()
  }

  /// One of those that were opened last, unless it was never.
  private func someStream() -> (id: UInt256, sender: String)? {
    guard let opened = book.opened.randomElement(using: &random),
      let id = chain.head.receipts[opened.hash]?.stream
    else { return nil }
    return (id, opened.sender)
  }

  private func topUp() {
    guard let (id, sender) = someStream(), let stream = chain.stream(id) else { return }
    let more = stream.ratePerSecond.times(UInt256(UInt64(30 + roll(1000)))) ?? .max
    note("top up \(id) by \(more)")
    _ = try? chain.offer(.topUp(id, more), by: sender)
    if roll(3) > 0 { mine() }
  }

  private func offer(_ what: String, by other: String? = nil, _ call: (UInt256) -> ContractCall) {
    guard let (id, sender) = someStream() else { return }
    note("\(what) \(id)")
    _ = try? chain.offer(call(id), by: other ?? sender)
    if roll(3) > 0 { mine() }
  }

  private func reorganise() {
    let depth = 1 + roll(2)
    let isLossy = Bool.random(using: &random)
    note("\(depth) blocks are taken back, \(isLossy ? "with" : "without") loss")
    let own = payments.signed
    chain.reorganise(depth: depth) { isLossy && own[$0.hash] == nil }
    noteBlock()
  }

  private func changeGas() {
    let fees: [UInt256] = [10, 10, 50, 1000, 20_000]
    chain.baseFee = fees.randomElement(using: &random)!
    note("gas costs \(chain.baseFee)")
    if roll(3) == 0 {
      let own = payments.signed
      chain.drop { own[$0.hash] != nil }
    }
  }

  private func collect() {
    let claims = node.payments.claims.values.sorted { ($0.number ?? 0) < ($1.number ?? 0) }
    guard let claim = claims.randomElement(using: &random) else { return }
    note("the operator collects \(claim.stream.id)")
    node.collections.collect([claim]) { _ in }
  }

  // MARK: Trouble

  private func spoilPayments() {
    heal()
    switch roll(6) {
    case 0: payments.outage = .total
    case 1: payments.outage = .reads
    case 2: payments.frozenAt = chain.head.number
    case 3: payments.odds.unavailable = 40
    case 4: payments.odds.stale = 50
    default:
      payments.odds.late = 30
      payments.odds.unheard = 10
    }
    note("payments: \(payments.outage) \(payments.frozenAt ?? 0) \(payments.odds)")
    noteBlock()
  }

  private func spoilMachines() {
    let kinds = ["launch", "info", "stop", "start", "delete", "open", "close", "list", "leases"]
    let kind = kinds.randomElement(using: &random)!
    let count = 1 + roll(kind == "delete" ? 6 : 2)
    note("the machines refuse \(kind), \(count) times")
    for _ in 0..<count {
      machines.faults[kind, default: []].append(.refused(MachineEngine.away))
    }
    if roll(2) == 0 {
      machines.faults["late", default: []].append(.late(comesUp: roll(2) == 0))
    }
  }

  private func kill() {
    note("the node is to die soon")
    machines.diesAt = roll(2) == 0 ? machines.steps + roll(6) : nil
    if machines.diesAt == nil { payments.diesAt = payments.steps + roll(8) }
  }
}
