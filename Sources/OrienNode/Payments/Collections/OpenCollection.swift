import OrienModel
import OrienSystem

/// A collection that is not over, with what only this node knows of it.
final class OpenCollection {
  /// As the ledger has it.
  var record: StreamCollection
  /// Somebody may have a transaction of it.
  var isOut: Bool
  /// When each transaction was sent last, by its hash.
  var sentAt: [String: Timestamp] = [:]
  /// Since when it is the turn of a place, and since which block somebody else has it.
  var turnSince: [UInt64: Timestamp] = [:]
  var takenSince: [UInt64: UInt64] = [:]

  init(_ record: StreamCollection, isFound: Bool) {
    self.record = record
    isOut = isFound
  }

  /// What the chain says of one of its places.
  enum Fate {
    case waiting
    /// It has a transaction of somebody else.
    case taken(isCertain: Bool)
    case included(CollectionOutcomes.Inclusion, isCertain: Bool)

    var isWaiting: Bool { if case .waiting = self { true } else { false } }

    var isCertain: Bool {
      switch self {
      case .waiting: false
      case .taken(let isCertain), .included(_, let isCertain): isCertain
      }
    }

    var inclusion: CollectionOutcomes.Inclusion? {
      if case .included(let inclusion, _) = self { inclusion } else { nil }
    }
  }

  /// Notes what is seen now: what is seen for the first time counts from here.
  func fate(
    of nonce: UInt64, _ outcomes: CollectionOutcomes, confirmations: UInt64, now: Timestamp
  ) -> Fate {
    let own = record.attempts.filter { $0.nonce == nonce }
    if let inclusion = own.lazy.compactMap({ outcomes.included[$0.hash] }).first {
      takenSince[nonce] = nil
      return .included(inclusion, isCertain: inclusion.confirmations >= confirmations)
    }
    guard outcomes.nextNonce > nonce else {
      takenSince[nonce] = nil
      let isNext = outcomes.nextNonce == nonce
      turnSince[nonce] = isNext ? turnSince[nonce] ?? now : nil
      return .waiting
    }
    let head = outcomes.moment.head
    let since = takenSince[nonce] ?? head
    takenSince[nonce] = since
    // A backend that is behind in one of its answers is not believed at once.
    return .taken(isCertain: head >= since && head - since >= confirmations)
  }
}

extension Timestamp {
  static func + (moment: Self, duration: Duration) -> Self {
    let (sum, overflows) = moment.microseconds.addingReportingOverflow(
      Int64(clamping: duration.clampedNanoseconds / 1000))
    return Timestamp(microseconds: overflows ? .max : sum)
  }

  /// So much later than a moment; or earlier than it, for then the clock was set back and nobody knows.
  func isPast(_ moment: Self, by duration: Duration) -> Bool {
    self < moment || self >= moment + duration
  }
}
