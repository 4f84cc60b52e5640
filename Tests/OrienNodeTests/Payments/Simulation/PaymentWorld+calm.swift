import OrienLedger
import OrienModel
import OrienSystem
import OrienTestKit

@testable import OrienNode

// What has to hold once nothing has gone wrong for a while.

extension PaymentWorld {
  private func require(
    _ holds: Bool, _ invariant: Invariant, _ words: @autoclosure () -> String
  ) throws {
    if !holds { throw Violation(invariant: invariant, words: words()) }
  }

  /// Nothing goes wrong for long enough that all which is due happens.
  func calm() throws {
    note("calm")
    heal()
    try pass(4 * Self.lookEvery)
    let due = dueStreams()
    try pass(28 * Self.lookEvery)
    for (id, withdrawn) in due {
      let now = chain.stream(id)
      try require(
        now?.withdrawn != withdrawn || now?.isHalted == true && now?.withdrawn == now?.deposit
          || now?.recipient == PaymentStream.nobody, .collection,
        "stream \(id) was due and is not collected: \(now.map { "\($0)" } ?? "")")
    }
    try checkCollections()
    try checkResumption()
    try checkRemains()
  }

  /// Those of which there is enough to collect, and what was withdrawn of them.
  private func dueStreams() -> [(UInt256, UInt256)] {
    node.payments.claims.values.compactMap { claim in
      guard let id = UInt256(decimal: claim.stream.id), let stream = chain.stream(id),
        stream.recipient == payments.recipient, stream.token == chain.token,
        chain.unpaid(stream, at: chain.now) >= 100_000_000
      else { return nil }
      return (id, stream.withdrawn)
    }
  }

  /// No collection has had its effect twice, and the ledger's sums are the chain's.
  private func checkCollections() throws {
    var paid: [String: UInt256] = [:]
    for receipt in chain.head.receipts.values where receipt.refusal == nil {
      guard case .withdraw(let id) = receipt.transaction.call,
        payments.signed[receipt.transaction.hash] != nil
      else { continue }
      paid[id.description] = (paid[id.description] ?? .zero).plus(receipt.amount)
    }
    let open = node.collections.open
    for (stream, totals) in node.collections.totals {
      let underWay = open[stream]?.record.amount ?? .zero
      let sum = totals.collected.plus(underWay) ?? .max
      try require(
        sum == paid[stream.id] ?? .zero, .collection,
        "of \(stream.id) \(sum) is collected, and \(paid[stream.id] ?? .zero) was paid")
    }
    let listed = try node.loop.answer { answer in
      node.ledger.collections(ofStream: nil, atMost: 1000, then: node.loop.reply(answer))
    }
    for collection in listed {
      let effects = collection.attempts.filter { attempt in
        chain.head.receipts[attempt.hash].map { $0.refusal == nil } ?? false
      }
      try require(
        effects.count <= 1, .collection,
        "a collection of \(collection.stream.id) was paid \(effects.count) times")
    }
  }

  private func checkResumption() throws {
    for rental in node.rentals.all {
      guard let pause = rental.pause, let stream = stream(of: rental.id, in: chain.head) else {
        continue
      }
      let least = settings.leastSeconds + 2 * Self.lookEvery + Self.delay
      let isLow = paidUntil(stream) <= chain.clock + least
      try require(
        isLow || !isPaid(rental.id, in: chain.head), .resumption,
        "\(rental.id) is stopped (\(pause)), and is paid again")
    }
  }

  private func checkRemains() throws {
    let live = Set(node.rentals.all.map(\.id))
    let machines = Set(machines.machines.keys)
    let leases = Set(self.machines.leases.keys)
    try require(
      machines.isSubset(of: live), .remains, "nobody has \(machines.subtracting(live))")
    try require(
      leases.isSubset(of: live), .remains, "ports lead to \(leases.subtracting(live))")
    try require(
      node.rentals.capacity.count == live.count, .remains,
      "\(node.rentals.capacity.count) places are taken by \(live.count) machines")
  }

  /// The end: each renter is done, and then nothing is left.
  func wind() throws {
    try calm()
    for rental in node.rentals.all {
      book.unwanted.insert(rental.id)
      node.rentals.delete(rental.id) { _ in }
    }
    try settle()
    try calm()
    try require(machines.isEmpty, .remains, "the machines' backend has something left")
  }
}
