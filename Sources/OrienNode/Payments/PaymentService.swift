package import OrienLedger
package import OrienModel
package import OrienSystem

/// Sees to it that what is rented is paid for, by the second: a stream is looked at before it is taken,
/// claimed for one thing alone, and looked at again for as long as it pays. What nobody can say is
/// never held against anybody's machine. Belongs to the loop.
package final class PaymentService {
  package struct Parts {
    package var loop: Loop
    package var ledger: Ledger
    package var log: Log
    package var host: any PaymentHost
    package var terms: AgreedTerms
    package var clock = PaymentClock.steady
    /// What a machine costs a second; fails where no price is known.
    package var price: (MachineSize) throws(Failure) -> UInt256

    package init(
      loop: Loop, ledger: Ledger, log: Log, host: any PaymentHost, terms: AgreedTerms,
      price: @escaping (MachineSize) throws(Failure) -> UInt256
    ) {
      self.loop = loop
      self.ledger = ledger
      self.log = log
      self.host = host
      self.terms = terms
      self.price = price
    }
  }

  let parts: Parts
  let proofs: StreamProofs
  /// What is kept of streams is of this time.
  package var clock: PaymentClock { parts.clock }
  package let settings: PaymentSettings
  /// By which the node is known, in what senders of streams sign.
  package var nodeKey: String { proofs.node }
  /// What a stream has to be like, as it was heard last.
  package var terms: PaymentTerms? { parts.terms.last }
  /// Those that are not over.
  package private(set) var claims: [StreamName: StreamClaim] = [:]
  private var holders: [StreamClaim.Holder: StreamName] = [:]
  /// What was read last of each.
  package internal(set) var readings: [StreamName: StreamReading] = [:]
  package internal(set) var moment: ChainMoment?
  /// Why the last look has told nothing, and since when none has.
  package internal(set) var trouble: Failure?
  package internal(set) var unknownSince: Timestamp?
  /// When all of them were read last.
  package internal(set) var lookedAt: Timestamp?
  /// Was told what was read, at each look.
  package var onReadings: (StreamReadings, [StreamClaim]) -> Void = { _, _ in }
  /// A stream pays for nothing here any more, and nothing is to be collected of it.
  package var onOver: (StreamClaim) -> Void = { _ in }
  var chain: ChainClock
  weak var rentals: Rentals?
  var isLooking = false
  var wantsLook = false
  var looks = 0
  var timer: Timer?
  var isEnding = false

  package init(_ parts: Parts, _ settings: PaymentSettings) {
    self.parts = parts
    self.settings = settings
    proofs = StreamProofs(
      of: parts.host, node: String(hex: parts.ledger.publicKey), isNeeded: settings.needsProof,
      now: parts.clock.now)
    chain = ChainClock(
      mayStandStill: settings.staleAfter == nil,
      doubtedSince: Self.unknownSince(parts.ledger.recovered.streams))
    for claim in parts.ledger.recovered.streams { note(claim) }
  }

  /// Since when nothing was known of any of them; nil where something was.
  private static func unknownSince(_ claims: [StreamClaim]) -> Timestamp? {
    let active = claims.filter { $0.phase == .active }
    let unknown = active.compactMap(\.standing.unknownSince)
    return unknown.count == active.count ? unknown.max() : nil
  }

  package func claim(of holder: StreamClaim.Holder) -> StreamClaim? {
    holders[holder].flatMap { claims[$0] }
  }

  /// From here on these machines are held to what is paid for them.
  package func attach(_ rentals: Rentals) {
    self.rentals = rentals
    rentals.onPaid = { [weak self] claim in self?.begin(claim) }
    rentals.onOver = { [weak self] rental in self?.end(rental) }
    rentals.hindrance = { [weak self] rental in self?.hindrance(to: rental) }
    for claim in claims.values where claim.phase == .active { seekHolder(of: claim, rentals) }
    guard settings.isOn else {
      // Nothing has to be paid any more, and nothing is stopped for that.
      for rental in rentals.all where rental.pause != nil { rentals.resume(rental.id) }
      return
    }
    if settings.monitors { look() }
  }

  /// Its machine may have ended while the node died.
  private func seekHolder(of claim: StreamClaim, _ rentals: Rentals) {
    guard let id = claim.machine, rentals.find(id) == nil else { return }
    parts.ledger.rental(
      id,
      then: parts.loop.reply { [weak self] (result: Result<Rental?, Failure>) in
        guard case .success(let rental) = result else { return }
        self?.leave(claim.stream, hadNothing: rental.map { $0.readyAt == nil } ?? false)
      })
  }

  // MARK: Claims

  private func note(_ claim: StreamClaim) {
    claims[claim.stream] = claim
    // Another session may have the name of one that is over.
    if claim.phase == .active || holders[claim.holder] == nil {
      holders[claim.holder] = claim.stream
    }
  }

  /// One that stands in the ledger since now.
  package func begin(_ claim: StreamClaim) {
    note(claim)
    if settings.isOn, settings.monitors { look() }
  }

  private func end(_ rental: Rental) {
    guard let claim = claim(of: .machine(rental.id)) else { return }
    leave(claim.stream, hadNothing: rental.readyAt == nil)
  }

  /// What it paid for is over. One that nobody had anything for may pay for something else.
  package func leave(_ stream: StreamName, hadNothing: Bool) {
    change(stream) { $0.phase = hadNothing ? .released : .leaving }
  }

  /// Keeps what is new of it.
  func change(_ stream: StreamName, _ body: (inout StreamClaim) -> Void) {
    guard var claim = claims[stream] else { return }
    let before = claim
    body(&claim)
    guard claim != before else { return }
    claim.updatedAt = parts.clock.now()
    if claim.phase == .active || claim.phase == .leaving {
      note(claim)
    } else {
      claims[stream] = nil
      if holders[claim.holder] == stream { holders[claim.holder] = nil }
      readings[stream] = nil
      onOver(claim)
    }
    parts.ledger.update(
      claim,
      then: parts.loop.reply { [log = parts.log] (result: Result<Void, Failure>) in
        guard case .failure(let failure) = result else { return }
        log.error(
          "what became of a stream is not kept",
          ["stream": stream.description, "error": failure.description])
      })
  }

  /// Why a machine is not to run.
  private func hindrance(to rental: Rental) -> Failure? {
    guard settings.isOn, let claim = claim(of: .machine(rental.id)) else { return nil }
    switch claim.standing.upkeep(settings, at: parts.clock.now()) {
    case .run: return nil
    // What was stopped before nobody knew any more is not started for that.
    case .leave: return claim.standing.fault.map { StreamClaim.Standing.unpaid($0) }
    case .stop(let failure), .delete(let failure): return failure
    }
  }

  package func end() {
    isEnding = true
    timer?.cancel()
  }
}
