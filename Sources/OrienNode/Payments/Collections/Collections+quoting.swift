import OrienModel
import OrienSystem

// What a collection would bring, from a backend that knows the stream and is not behind.

extension Collections {
  /// Has the backend keep a stream unless it was told to before.
  func keep(_ stream: StreamName, then next: @escaping (Failure?) -> Void) {
    guard !kept.contains(stream) else { return next(nil) }
    parts.host.keep(stream.id) { [self] result in
      guard !isEnding else { return }
      switch result {
      case .success:
        kept.insert(stream)
        next(nil)
      case .failure(let failure): next(failure)
      }
    }
  }

  /// Of a stream that is kept.
  func quote(
    _ stream: StreamName, then answer: @escaping (Result<CollectionQuote, Failure>) -> Void
  ) {
    parts.host.quote(stream.id) { [self] result in
      guard !isEnding else { return }
      let believed = Result { () throws(Failure) in try believe(result.get(), of: stream) }
      if !(believed.failure.map(isSilence) ?? false) { isHeard = true }
      answer(believed)
    }
  }

  /// A backend that is behind offers a place that an earlier collection has for good. The same arguments
  /// make the same bytes, so the transaction of that one would be made again and counted again.
  private func believe(
    _ quote: CollectionQuote, of stream: StreamName
  ) throws(Failure) -> CollectionQuote {
    guard let last = totals[stream]?.lastNonce, quote.nextNonce <= last else { return quote }
    throw Failure(
      .unavailable, "behind",
      "the chain is read as it was: there \(quote.nextNonce) transactions of the recipient are in "
        + "it, and \(last.saturatingAdd(1)) were already")
  }
}
