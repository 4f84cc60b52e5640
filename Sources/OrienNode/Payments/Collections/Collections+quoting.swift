import OrienModel
import OrienSystem

// What a collection would bring, from a backend that knows the stream.

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
      if !(result.failure.map(isSilence) ?? false) { isHeard = true }
      answer(result)
    }
  }
}
