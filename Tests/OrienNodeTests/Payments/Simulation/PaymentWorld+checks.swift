import OrienModel
import OrienTestKit

@testable import OrienNode

// What has to hold after each step.

extension PaymentWorld {
  private func require(
    _ holds: Bool, _ invariant: Invariant, _ words: @autoclosure () -> String
  ) throws {
    if !holds { throw Violation(invariant: invariant, words: words()) }
  }

  func check() throws {
    if let violation { throw violation }
    guard !node.isDead else { return }
    let rentals = node.rentals.all.filter { $0.number != nil }
    for rental in rentals { try check(rental) }
    let live = Set(rentals.map(\.id))
    for (id, before) in book.last where !live.contains(id) { try checkEnd(of: before) }
    book.last = Dictionary(uniqueKeysWithValues: rentals.map { ($0.id, $0) })
    for (id, machine) in machines.machines where machine.state == .running {
      try checkRunway(of: id)
    }
  }

  private func check(_ rental: Rental) throws {
    let id = rental.id
    let claim = node.payments.claim(of: .machine(id))
    let before = book.last[id]
    try require(claim != nil, .claim, "\(id) has no claim to any stream")
    guard let claim else { return }
    if book.streams[id] == nil {
      // Its renter had not heard of it when the node died.
      book.streams[id] = claim.stream.id
      book.prices[id] = PaidNode.price(rental.size)
      book.paidAt[id] = chain.clock
    }
    if rental.readyAt != nil {
      book.had[claim.stream.id, default: []].insert(id)
      let others = book.had[claim.stream.id] ?? []
      try require(others.count == 1, .payment, "\(claim.stream.id) pays for \(others)")
    }
    if rental.phase == .running { try checkStream(of: rental) }
    if rental.phase == .deleting, before?.phase != .deleting { try checkEnd(of: rental) }
    if let pause = rental.pause, before?.pause == nil { try checkPause(of: rental, pause) }
    let runs = rental.phase == .running && machines.machines[id]?.state == .running
    try require(
      !(runs && book.stopped.contains(id)), .resumption, "\(id) runs, and its renter stopped it")
  }

  private func checkStream(of rental: Rental) throws {
    let stream = stream(of: rental.id, in: chain.head)
    try require(stream != nil, .payment, "the stream of \(rental.id) is none of the chain's")
    guard let stream else { return }
    let name = "\(rental.id), paid by \(stream.id)"
    try require(stream.token == chain.token, .payment, "\(name), is paid in another token")
    try require(
      stream.recipient == payments.recipient || stream.recipient == PaymentStream.nobody,
      .payment, "\(name), pays somebody else")
    try require(
      stream.ratePerSecond >= PaidNode.price(rental.size), .payment, "\(name), is paid too little")
  }

  /// Its end has a cause: its renter, that it never came up, or that nobody pays any more.
  private func checkEnd(of rental: Rental) throws {
    if book.unwanted.contains(rental.id) || rental.readyAt == nil { return }
    if book.last[rental.id]?.phase == .deleting { return }
    let isWanted = settings.deletesOnExhaustion || settings.retention != nil
    try require(
      isWanted && wasEnded(rental.id), .grounded,
      "\(rental.id) is deleted, and its stream had not ended: \(rental.phase) \(claim(rental.id))")
    guard !settings.deletesOnExhaustion, let retention = settings.retention else { return }
    try require(
      !wasPaidWithin(retention, rental.id), .grounded,
      "\(rental.id) is deleted before its time: \(claim(rental.id))")
  }

  private func checkPause(of rental: Rental, _ reason: String) throws {
    if reason == "payments-unknown" {
      let troubled = troubledSince.map { chain.clock - $0 } ?? 0
      return try require(
        troubled + 2 * Self.lookEvery >= Self.grace, .grounded,
        "\(rental.id) is stopped after \(troubled) s in which nobody knew")
    }
    try require(
      wasLow(rental.id), .grounded,
      "\(rental.id) is stopped (\(reason)), and was paid all the time: \(claim(rental.id))")
  }

  private func claim(_ machine: String) -> String {
    let claim = node.payments.claim(of: .machine(machine))
    let stream = stream(of: machine, in: chain.head)
    return "now \(chain.clock) standing \(claim.map { "\($0.standing)" } ?? "none"), "
      + "paid until \(stream.map { paidUntil($0) } ?? 0), window \(window)"
  }

  private func checkRunway(of id: String) throws {
    let paid = book.paidAt[id] ?? chain.clock
    book.paidAt[id] = paid
    let since = max(paid, book.refusedAt[id] ?? 0)
    let patience = max(Self.grace, settings.staleAfter?.wholeSeconds ?? 0)
    try require(
      chain.clock <= since.saturatingAdd(patience + Self.delay), .runway,
      "\(id) has run for \(chain.clock - paid) s unpaid: \(claim(id)) \(state)")
  }

  /// What the node was told at a moment is no more than the chain would have paid then.
  func check(_ readings: StreamReadings) {
    guard let state = chain.states.last(where: { $0.hash == readings.moment.hash }) else { return }
    for reading in readings.streams {
      guard let stream = UInt256(decimal: reading.id).flatMap({ state.streams[$0] }) else {
        continue
      }
      let most = chain.vested(stream, at: state.time)
      guard reading.vested > most || reading.withdrawable > chain.unpaid(stream, at: state.time)
      else { continue }
      violation =
        violation
        ?? Violation(
          invariant: .report, words: "\(reading.vested) is vested of \(reading.id), and \(most) is")
    }
  }
}
