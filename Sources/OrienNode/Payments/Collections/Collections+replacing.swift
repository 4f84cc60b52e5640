import OrienModel
import OrienSystem

extension Collections {
  /// Offers more for one whose turn it is and that nobody takes.
  func replace(
    _ open: OpenCollection, _ attempt: StreamCollection.Attempt, _ next: @escaping () -> Void
  ) {
    let attempts = open.record.attempts.filter { $0.nonce == attempt.nonce }
    guard attempts.count <= settings.mostReplacements else { return resend(open, attempt, next) }
    quote(open) { [self] result in
      switch result {
      case .failure(let failure) where failure.code == .conflict && !open.isOut:
        // Nobody ever took it, and now there is nothing to take it for.
        end(open, as: .abandoned, for: failure, then: next)
      case .failure(let failure) where failure.code == .conflict:
        // It holds up what comes after it, so it has to go, whatever the contract says to it.
        replace(open, attempt, by: nil, next)
      case .failure(let failure):
        refuse(open, failure) { [self] in resend(open, attempt, next) }
      case .success(let quote): replace(open, attempt, by: quote, next)
      }
    }
  }

  private func replace(
    _ open: OpenCollection, _ attempt: StreamCollection.Attempt, by quote: CollectionQuote?,
    _ next: @escaping () -> Void
  ) {
    guard
      let price = CollectionPrice(
        instead: attempt, quote, of: max(open.record.expected, quote?.amount ?? .zero), settings)
    else {
      return refuse(open, Self.notMore) { [self] in resend(open, attempt, next) }
    }
    parts.log.info(
      "a collection waits too long, and offers more",
      ["stream": open.record.stream.id, "fee": price.maxFee.description])
    sign(open, price, nonce: attempt.nonce) { [self] failure in
      guard let failure else { return next() }
      refuse(open, failure) { [self] in resend(open, attempt, next) }
    }
  }

  private static let notMore = Failure(
    .limited, "not-worth-it",
    "nobody takes it, and more would be beyond STREAM_MAX_GAS_PERCENT of what it brings")

  /// Takes a place below the lowest of ours which nobody has, as where somebody who has the same
  /// account has given up a transaction: before that none of ours can go on.
  func fillGap(
    below open: OpenCollection, _ attempt: StreamCollection.Attempt, _ next: @escaping () -> Void
  ) {
    quote(open) { [self] result in
      guard case .success(let quote) = result, quote.pendingNonce < attempt.nonce,
        quote.nextNonce <= quote.pendingNonce, !ownNonces.contains(quote.pendingNonce),
        let price = try? CollectionPrice(quote, of: quote.amount, settings)
      else { return resend(open, attempt, next) }
      parts.log.warning(
        "nobody has a place before ours: it is taken",
        ["stream": open.record.stream.id, "nonce": "\(quote.pendingNonce)"])
      sign(open, price, nonce: quote.pendingNonce) { [self] failure in
        guard let failure else { return next() }
        refuse(open, failure) { [self] in resend(open, attempt, next) }
      }
    }
  }

  private func quote(
    _ open: OpenCollection, then answer: @escaping (Result<CollectionQuote, Failure>) -> Void
  ) {
    let stream = open.record.stream
    // A backend that came anew may not know that it keeps it.
    parts.host.keep(stream.id) { [self] result in
      guard !isEnding else { return }
      if case .failure(let failure) = result { return answer(.failure(failure)) }
      kept.insert(stream)
      quote(stream, then: answer)
    }
  }
}
