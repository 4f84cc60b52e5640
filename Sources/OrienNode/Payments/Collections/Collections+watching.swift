import OrienModel
import OrienSystem

// What has become of what is out: until it is as deep in the chain as the operator wants, its bytes are
// sent again wherever it is not, and one that waits too long is replaced by one that offers more.

extension Collections {
  /// What is collected for whom the backend collects now; others wait until it does again.
  private var own: [OpenCollection] {
    open.values.filter { open in
      isOwn(open.record.stream) && open.record.collector == terms?.recipient
        && !open.record.attempts.isEmpty
    }.sorted { $0.record.nonces[0] < $1.record.nonces[0] }
  }

  /// The places that ours have.
  var ownNonces: Set<UInt64> { Set(own.flatMap(\.record.nonces)) }

  func isOwn(_ stream: StreamName) -> Bool { terms?.name(of: stream.id) == stream }

  private static let askedAtOnce = 1000

  func watch() {
    let strangers = open.count - own.count
    if strangers > 0, strangers != strangersTold {
      parts.log.warning(
        "collections wait for another chain, or another key, than payments have now",
        ["count": "\(strangers)"])
    }
    strangersTold = strangers
    var asked: [OpenCollection] = []
    var hashes: [String] = []
    for open in own {
      let more = open.record.attempts.map(\.hash)
      guard hashes.count + more.count <= Self.askedAtOnce else { break }
      asked.append(open)
      hashes += more
    }
    guard !asked.isEmpty else { return plan() }
    parts.host.outcome(of: hashes) { [self] result in
      guard !isEnding else { return }
      switch result {
      case .success(let outcomes):
        isHeard = true
        take(outcomes, of: asked)
      case .failure(let failure): fallSilent(failure)
      }
    }
  }

  private func take(_ outcomes: CollectionOutcomes, of asked: [OpenCollection]) {
    var waiting: [(open: OpenCollection, nonce: UInt64)] = []
    inTurn(asked) { [self] open, next in
      let fates = open.record.nonces.map { nonce in
        (
          nonce,
          open.fate(
            of: nonce, outcomes, confirmations: confirmations, now: parts.now())
        )
      }
      waiting += fates.filter { $0.1.isWaiting }.map { (open, $0.0) }
      take(fates.map(\.1), of: open, then: next)
    } then: { [self] in
      let next = outcomes.nextNonce
      inTurn(waiting) { [self] place, done in
        let isFirst = place.nonce == waiting.map(\.nonce).min()
        tend(place.open, at: place.nonce, isNext: place.nonce == next, isFirst: isFirst, done)
      } then: { [self] in
        plan()
      }
    }
  }

  private func take(
    _ fates: [OpenCollection.Fate], of open: OpenCollection, then next: @escaping () -> Void
  ) {
    let included = fates.compactMap(\.inclusion)
    let effective = included.filter { !$0.isReverted }
    let wasIncluded = open.record.state == .included
    keep(open) { record in
      record.amount = effective.reduce(.zero) { $0.saturatingAdd($1.amount) }
      record.cost = included.reduce(.zero) { $0.saturatingAdd($1.cost) }
      record.block = included.map(\.block).max()
      if !included.isEmpty {
        record.state = .included
        record.trouble = nil
      }
      // A reorganisation took it back: it waits as before.
      if included.isEmpty, record.state == .included { record.state = .sent }
    } then: { [self] in
      if wasIncluded, included.isEmpty {
        parts.log.warning(
          "a collection is in the chain no more, and is sent again",
          ["stream": open.record.stream.id])
        open.sentAt = [:]
      }
      guard fates.allSatisfy(\.isCertain) else { return next() }
      settle(open, isEffective: !effective.isEmpty, isReverted: !included.isEmpty, next)
    }
  }

  private func settle(
    _ open: OpenCollection, isEffective: Bool, isReverted: Bool, _ next: @escaping () -> Void
  ) {
    let stream = open.record.stream
    if isEffective {
      refusals[stream] = nil
      waits[stream] = nil
      return end(open, as: .confirmed, then: next)
    }
    let count = refusals[stream, default: 0] + 1
    refusals[stream] = count
    waits[stream] = parts.now() + backOff(after: count)
    if isReverted { return end(open, as: .reverted, for: Self.reverted, then: next) }
    end(open, as: .superseded, for: Self.superseded) { [self] in
      if open.record.isManual { manual.append(Candidate(stream: stream, isManual: true)) }
      next()
    }
  }

  private static let reverted = Failure(
    .conflict, "reverted", "the contract has refused it in its block")
  private static let superseded = Failure(
    .conflict, "superseded", "another transaction of the same account has its place")

  // MARK: Waiting

  /// Looks after one that is in no block: it is sent again now and then, and where its turn does not
  /// come more is done about it.
  private func tend(
    _ open: OpenCollection, at nonce: UInt64, isNext: Bool, isFirst: Bool,
    _ next: @escaping () -> Void
  ) {
    guard let attempt = open.record.attempt(at: nonce), !open.record.state.isOver else {
      return next()
    }
    let now = parts.now()
    let since = max(attempt.signedAt, isNext ? open.turnSince[nonce] ?? now : attempt.signedAt)
    if now.isPast(since, by: settings.stuckAfter) {
      if isNext { return replace(open, attempt, next) }
      if isFirst { return fillGap(below: open, attempt, next) }
    }
    resend(open, attempt, next)
  }

  func resend(
    _ open: OpenCollection, _ attempt: StreamCollection.Attempt, _ next: @escaping () -> Void
  ) {
    let last = open.sentAt[attempt.hash]
    guard last.map({ parts.now().isPast($0, by: settings.resendEvery) }) ?? true else {
      return next()
    }
    send(open, attempt, next)
  }

  func send(
    _ open: OpenCollection, _ attempt: StreamCollection.Attempt, _ next: @escaping () -> Void
  ) {
    parts.host.send(attempt.transaction) { [self] result in
      guard !isEnding else { return }
      open.sentAt[attempt.hash] = parts.now()
      switch result {
      case .success:
        open.isOut = true
        keep(open) { record in
          guard record.state == .signed else { return }
          record.state = .sent
          record.trouble = nil
        } then: {
          next()
        }
      case .failure(let failure) where failure.code == .conflict:
        // Who has its place will be seen by what has become of it.
        if failure.reason == "nonce-used" { open.isOut = true }
        refuse(open, failure, next)
      case .failure(let failure):
        open.isOut = true
        refuse(open, failure, next)
      }
    }
  }

  func refuse(_ open: OpenCollection, _ failure: Failure, _ next: @escaping () -> Void) {
    if open.record.trouble?.reason != failure.reason {
      parts.log.warning(
        "a collection does not go on",
        ["stream": open.record.stream.id, "error": failure.description])
    }
    keep(open) {
      $0.trouble = StreamCollection.Trouble(failure)
    } then: {
      next()
    }
  }
}
