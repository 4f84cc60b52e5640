import OrienModel
import OrienSystem

// All streams are read at one moment of the chain, every so often and whenever one is about to end.

extension PaymentService {
  /// Of streams that pay for nothing any more is asked this seldom.
  private static let leavingEvery = 10
  private static let mostAtOnce = 1000

  /// Reads them now; while that goes on, once more after it.
  package func look() {
    guard settings.isOn, !isEnding else { return }
    guard !isLooking else {
      wantsLook = true
      return
    }
    isLooking = true
    timer?.cancel()
    looks += 1
    parts.terms.learn { [self] result in
      guard !isEnding else { return }
      switch result {
      case .failure(let failure): missAll(failure)
      case .success(let terms): read(due(terms), terms)
      }
    }
  }

  /// The backend may be another one now.
  package func lookAnew() {
    if settings.monitors { look() }
  }

  private func due(_ terms: PaymentTerms) -> [StreamName] {
    claims.values.filter { claim in
      terms.name(of: claim.stream.id) == claim.stream
        && (claim.phase == .active || looks % Self.leavingEvery == 1
          || readings[claim.stream] == nil)
    }
    .sorted { ($0.number ?? 0) < ($1.number ?? 0) }.map(\.stream)
  }

  private func read(
    _ rest: [StreamName], _ terms: PaymentTerms, _ found: [StreamReading] = [],
    at moment: ChainMoment? = nil, isSecondTry: Bool = false
  ) {
    let (now, later) = (rest.prefix(Self.mostAtOnce), rest.dropFirst(Self.mostAtOnce))
    parts.host.inspect(now.map(\.id), at: moment) { [self] result in
      guard !isEnding else { return }
      switch result {
      case .success(let readings):
        // All are of the first one's moment, whatever newest block the later answers have seen.
        let all = StreamReadings(
          moment: moment ?? readings.moment, streams: found + readings.streams)
        guard !later.isEmpty else { return take(all, terms) }
        read(Array(later), terms, all.streams, at: all.moment, isSecondTry: isSecondTry)
      case .failure(let failure) where failure.reason == "reorganised" && !isSecondTry:
        read(due(terms), terms, isSecondTry: true)
      case .failure(let failure):
        // It may be another chain's now.
        parts.terms.doubt()
        missAll(failure)
      }
    }
  }

  private func take(_ all: StreamReadings, _ terms: PaymentTerms) {
    let now = parts.clock.now()
    chain.note(all.moment, at: now)
    if let stalled = stalledSince(at: now) {
      return missAll(
        Failure(.unavailable, "chain-stalled", "the chain has had no new block for long"),
        since: stalled)
    }
    if trouble != nil {
      parts.log.info("streams can be read again", ["block": "\(all.moment.number)"])
    }
    (trouble, unknownSince, moment, lookedAt) = (nil, nil, all.moment, now)
    let lag = chain.lag(of: all.moment, at: now)
    var read: [StreamClaim] = []
    for reading in all.streams {
      let name = terms.name(of: reading.id)
      guard let claim = claims[name] else { continue }
      readings[name] = reading
      change(name) { $0.standing.take(reading, lag: lag, settings, at: now) }
      if let found = claims[name] { read.append(found) }
      if claim.phase == .leaving, Self.isSpent(reading) { change(name) { $0.phase = .over } }
    }
    // Streams of another contract are nobody's to read here.
    for claim in claims.values where terms.name(of: claim.stream.id) != claim.stream {
      change(claim.stream) { $0.standing.miss(since: now) }
    }
    onReadings(all, read)
    enforce(at: now)
  }

  /// Nothing more comes of it.
  private static func isSpent(_ reading: StreamReading) -> Bool {
    reading.withdrawable.isZero && reading.fault != nil && reading.fault != .notStarted
  }

  /// Nil while there are new blocks, or none have to be.
  func stalledSince(at now: Timestamp) -> Timestamp? {
    guard let stale = settings.staleAfter, let moved = chain.movedAt,
      now.seconds(since: moved) >= stale.wholeSeconds
    else { return nil }
    return moved
  }

  private func missAll(_ failure: Failure, since: Timestamp? = nil) {
    let now = parts.clock.now()
    if trouble?.reason != failure.reason {
      parts.log.warning("streams cannot be read", ["error": failure.description])
    }
    trouble = failure
    unknownSince = unknownSince ?? since ?? now
    for stream in claims.keys { change(stream) { $0.standing.miss(since: since ?? now) } }
    enforce(at: now)
  }

  /// Has each machine be as its stream has it. What is busy is looked at again.
  private func enforce(at now: Timestamp) {
    var soonest = settings.interval.wholeSeconds
    for claim in claims.values where claim.phase == .active {
      if claim.standing.word == "good", let until = claim.standing.paidUntil {
        let left = until.seconds(since: now)
        soonest = min(soonest, left > settings.leastSeconds ? left - settings.leastSeconds : 0)
      }
      guard let id = claim.machine, let rental = rentals?.find(id) else { continue }
      switch claim.standing.upkeep(settings, at: now) {
      case .run: if rental.pause != nil { rentals?.resume(id) }
      case .leave: break
      case .stop(let failure): rentals?.pause(id, for: failure)
      case .delete(let failure): delete(rental, for: failure)
      }
    }
    isLooking = false
    again(after: .seconds(Int64(max(1, soonest))))
  }

  private func delete(_ rental: Rental, for failure: Failure) {
    guard rental.phase != .deleting else { return }
    parts.log.warning(
      "a machine that nobody pays for is deleted",
      ["machine": rental.id, "because": failure.description])
    rentals?.delete(rental.id) { _ in }
  }

  private func again(after delay: Duration) {
    guard settings.monitors, !isEnding else { return }
    if wantsLook {
      wantsLook = false
      return parts.loop.soon { [self] in look() }
    }
    timer = parts.loop.schedule(after: delay) { [self] in look() }
  }
}
