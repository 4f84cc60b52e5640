package import OrienModel
import OrienSystem

extension Collections {
  /// What streams had when the monitor has read them; those that are due are collected.
  package func note(_ readings: StreamReadings, of claims: [StreamClaim]) {
    note(readings.moment)
    let readings = Dictionary(
      readings.streams.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for claim in claims {
      noted[claim.stream] = nil
      guard claim.phase == .active || claim.phase == .leaving,
        let reading = readings[claim.stream.id]
      else { continue }
      switch reading.fault {
      case .unknown, .terminated, .wrongRecipient, .wrongToken, .inconsistent: continue
      case .noDeposit, .notStarted, .halted, .ended, nil:
        noted[claim.stream] = Noted(claim: claim, withdrawable: reading.withdrawable)
      }
    }
    if !due.isEmpty { look() }
  }

  func note(_ moment: ChainMoment) {
    // None is deeper than an operator can want.
    depth = min(moment.head - min(moment.head, moment.number), 256)
  }

  /// Nothing is to be collected of it any more.
  package func leave(_ claim: StreamClaim) {
    noted[claim.stream] = nil
    guard kept.remove(claim.stream) != nil else { return }
    parts.host.drop(claim.stream.id) { [parts] result in
      guard case .failure(let failure) = result else { return }
      parts.log.warning(
        "a stream is still kept by its backend",
        ["stream": claim.stream.id, "error": failure.description])
    }
  }

  /// So long somebody waits at most to hear what was begun.
  private static let patience = Duration.seconds(60)

  /// Collects these now, whatever the interval and the least amount are. Answers once each is sent, or
  /// will not be, in their order; what takes longer goes on without anybody's waiting for it.
  package func collect(
    _ claims: [StreamClaim], then answer: @escaping ([Result<StreamCollection, Failure>]) -> Void
  ) {
    guard !claims.isEmpty else { return parts.loop.soon { answer([]) } }
    let awaited = AwaitedCollections(claims.count, answer)
    awaited.patience = parts.loop.schedule(after: Self.patience) { awaited.giveUp() }
    for (place, claim) in claims.enumerated() {
      if let obstacle = obstacle(to: claim) {
        parts.loop.soon { awaited.note(place, .failure(obstacle)) }
      } else {
        manual.append(
          Candidate(stream: claim.stream, isManual: true) { awaited.note(place, $0) })
      }
    }
    look()
  }

  private func obstacle(to claim: StreamClaim) -> Failure? {
    if isEnding { return Failure(.unavailable, "draining", "the node is going down") }
    guard isReady else { return Failure(.unavailable, "starting", "the node starts: try again") }
    if let trouble = parts.host.trouble { return trouble }
    guard claim.phase != .released else {
      return Failure(
        .conflict, "released", "stream \(claim.stream.id) was given back: it pays for nothing here")
    }
    let isQueued = manual.contains { $0.stream == claim.stream }
    return isQueued || open[claim.stream] != nil ? Self.underWay(claim.stream) : nil
  }

  static func underWay(_ stream: StreamName) -> Failure {
    Failure(.conflict, "under-way", "stream \(stream.id) is being collected already")
  }

  /// Those whose turn it is, and which have something: who has waited longest first, but those at
  /// which a round has ended after the others.
  var due: [Candidate] {
    guard settings.isEnabled else { return [] }
    let now = parts.now()
    let least = max(settings.leastAmount, .one)
    let waiting = noted.values.filter { noted in
      let stream = noted.claim.stream
      return noted.withdrawable >= least && open[stream] == nil && isFree(stream, now)
        && now.isPast(last(noted.claim), by: settings.interval)
    }
    let order = { (noted: Noted) in
      let claim = noted.claim
      return (
        self.roundEndedAt[claim.stream] ?? Timestamp(microseconds: .min), self.last(claim),
        claim.number ?? 0
      )
    }
    return waiting.sorted { order($0) < order($1) }
      .map { Candidate(stream: $0.claim.stream, isManual: false) }
  }

  private func last(_ claim: StreamClaim) -> Timestamp {
    totals[claim.stream]?.lastAt ?? claim.claimedAt
  }

  private func isFree(_ stream: StreamName, _ now: Timestamp) -> Bool {
    waits[stream].map { now >= $0 } ?? true
  }
}

/// What somebody waits for who has asked for several.
private final class AwaitedCollections {
  var patience: Timer?
  private var results: [Result<StreamCollection, Failure>?]
  private var rest: Int
  private var answer: (([Result<StreamCollection, Failure>]) -> Void)?

  init(_ count: Int, _ answer: @escaping ([Result<StreamCollection, Failure>]) -> Void) {
    results = Array(repeating: nil, count: count)
    rest = count
    self.answer = answer
  }

  func note(_ place: Int, _ result: Result<StreamCollection, Failure>) {
    guard results[place] == nil else { return }
    results[place] = result
    rest -= 1
    if rest == 0 { giveUp() }
  }

  func giveUp() {
    guard let answer else { return }
    self.answer = nil
    patience?.cancel()
    patience = nil
    answer(results.map { $0 ?? .failure(Self.late) })
  }

  private static let late = Failure(
    .unavailable, "not-yet", "it takes longer, and goes on: look at the list of collections")
}
