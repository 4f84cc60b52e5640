import OrienLedger
import OrienModel
import OrienSystem

// From a stream that is due to a transaction that somebody has: what it would bring and cost is asked,
// what is worth it is kept, then signed, kept again, and sent.

extension Collections {
  /// Begins what is due, one after the other. A backend that falls silent ends the round.
  func plan() {
    let asked = manual
    manual = []
    beginNext(of: asked + due.filter { one in !asked.contains { $0.stream == one.stream } })
  }

  private func beginNext(of candidates: [Candidate]) {
    guard !isEnding else {
      return Self.refuse(
        candidates, Failure(.unavailable, "draining", "the node is going down"))
    }
    guard let first = candidates.first else { return rest() }
    let others = Array(candidates.dropFirst())
    begin(first) { [self] result in
      first.answer?(result)
      roundEndedAt[first.stream] = nil
      if case .failure(let failure) = result, isSilence(failure) {
        roundEndedAt[first.stream] = parts.now()
        // Those that nobody waits for are due in the next round too.
        manual = others.filter { $0.isManual && $0.answer == nil }
        Self.refuse(others, failure)
        return fallSilent(failure)
      }
      parts.loop.soon { [self] in beginNext(of: others) }
    }
  }

  private static func refuse(_ candidates: [Candidate], _ failure: Failure) {
    for candidate in candidates { candidate.answer?(.failure(failure)) }
  }

  /// Nobody knows anything now, of this stream or another.
  func isSilence(_ failure: Failure) -> Bool {
    failure.code == .unavailable && failure.reason != "no-funds"
  }

  private func begin(
    _ candidate: Candidate, then answer: @escaping (Result<StreamCollection, Failure>) -> Void
  ) {
    let stream = candidate.stream
    let refuse = { [self] (failure: Failure) in
      if !isSilence(failure) { leaveAlone(stream, for: failure, wait(after: failure, of: stream)) }
      answer(.failure(failure))
    }
    if let obstacle = obstacle(to: candidate) { return refuse(obstacle) }
    keep(stream) { [self] failure in
      if let failure { return refuse(failure) }
      quote(stream) { [self] result in
        do throws(Failure) {
          let quote = try result.get()
          guard !quote.amount.isZero else { throw Self.nothing }
          let price = try CollectionPrice(quote, of: quote.amount, settings)
          write(candidate, quote, price) { result in
            switch result {
            case .success(let record): answer(.success(record))
            case .failure(let failure): refuse(failure)
            }
          }
        } catch {
          // Whoever does not keep it any more is told again.
          if error.code == .denied { kept.remove(stream) }
          refuse(error)
        }
      }
    }
  }

  private static let nothing = Failure(
    .conflict, "nothing-to-collect", "there is nothing to collect")

  private func obstacle(to candidate: Candidate) -> Failure? {
    let stream = candidate.stream
    guard isOwn(stream) else {
      return Failure(
        .conflict, "other-chain",
        "stream \(stream) is not of chain \(terms?.chain ?? ""), contract \(terms?.contract ?? ""), "
          + "where payments are now")
    }
    guard terms?.canCollect == true else {
      return Failure(.denied, "no-key", "there is no key of the recipient: see `orien wallet`")
    }
    if open[stream] != nil { return Self.underWay(stream) }
    guard open.count < settings.mostUnderWay else {
      return Failure(
        .limited, "too-many", "\(settings.mostUnderWay) streams are being collected: try again")
    }
    return nil
  }

  /// What the contract refuses is asked later each time, what may be worth it tomorrow now and then.
  private func wait(after failure: Failure, of stream: StreamName) -> Duration {
    switch failure.reason {
    case "too-many": return .zero
    case "reverted":
      let count = refusals[stream, default: 0] + 1
      refusals[stream] = count
      return backOff(after: count)
    default: return settings.recheckAfter
    }
  }

  // MARK: Doing

  private func write(
    _ candidate: Candidate, _ quote: CollectionQuote, _ price: CollectionPrice,
    then answer: @escaping (Result<StreamCollection, Failure>) -> Void
  ) {
    let record = StreamCollection(
      stream: candidate.stream, isManual: candidate.isManual, collector: terms?.recipient ?? "",
      expected: quote.amount, createdAt: parts.now())
    let nonce = freeNonce(quote)
    let open = OpenCollection(record, isFound: false)
    self.open[record.stream] = open
    parts.ledger.begin(
      record,
      then: parts.loop.reply { [self] (result: Result<Int64, Failure>) in
        guard !isEnding else { return }
        switch result {
        case .success(let number):
          open.record.number = number
          sign(open, price, nonce: nonce) { [self] failure in
            guard let failure else { return answer(.success(open.record)) }
            end(open, as: .abandoned, for: failure) { answer(.failure(failure)) }
          }
        case .failure(let failure):
          self.open[record.stream] = nil
          answer(.failure(failure))
        }
      })
  }

  /// The lowest place that neither the chain nor one of ours has: so none stays empty before others.
  private func freeNonce(_ quote: CollectionQuote) -> UInt64 {
    let taken = ownNonces
    var nonce = max(quote.nextNonce, quote.pendingNonce)
    while taken.contains(nonce) { nonce += 1 }
    return nonce
  }

  /// Answers with why there is no transaction; else once it was sent, whatever came of that.
  func sign(
    _ open: OpenCollection, _ price: CollectionPrice, nonce: UInt64,
    then answer: @escaping (Failure?) -> Void
  ) {
    parts.host.sign(price.order(of: open.record.stream, nonce: nonce)) { [self] result in
      guard !isEnding else { return }
      switch result {
      case .failure(let failure): answer(failure)
      case .success(let signed):
        let attempt = StreamCollection.Attempt(
          nonce: nonce, gas: price.gas, maxFee: price.maxFee, priorityFee: price.priorityFee,
          transaction: signed.transaction, hash: signed.hash, signedAt: parts.now())
        keep(open) { record in
          record.attempts.append(attempt)
          if record.state == .intended { record.state = .signed }
        } then: { [self] in
          send(open, attempt) { answer(nil) }
        }
      }
    }
  }
}
