package import OrienLedger
package import OrienModel
import OrienSystem

/// What the chain has of one stream beside what the ledger has of it.
package struct StreamBalance: Sendable {
  package var claim: StreamClaim
  /// Nil where the chain knows of no such stream.
  package var stream: PaymentStream?
  package var vested = UInt256.zero
  package var withdrawable = UInt256.zero
  /// Of all collections that are kept.
  package var totals: CollectionTotals
  /// One is not over: it may be in the chain already, and nobody has looked since.
  package var isUnderWay: Bool
  /// What sessions have had for it; nil where it pays for none.
  package var charges: StreamCharges?
  /// No receipt of these has been forgotten.
  package var areReceiptsWhole: Bool

  init(
    _ claim: StreamClaim, _ reading: StreamReading, _ totals: CollectionTotals, isUnderWay: Bool,
    charges: StreamCharges?, areReceiptsWhole: Bool
  ) {
    self.isUnderWay = isUnderWay
    self.charges = charges
    self.areReceiptsWhole = areReceiptsWhole
    self.claim = claim
    stream = reading.stream
    vested = reading.vested
    withdrawable = reading.withdrawable
    self.totals = totals
  }

  package var withdrawn: UInt256 { stream?.withdrawn ?? .zero }

  /// By how much the chain has more withdrawn than the ledger has collected, or less.
  package var difference: (isLess: Bool, amount: UInt256) {
    withdrawn >= totals.collected
      ? (false, withdrawn.minus(totals.collected) ?? .zero)
      : (true, totals.collected.minus(withdrawn) ?? .zero)
  }

  /// Why the two differ; nil where they do not, or nobody knows.
  package var cause: Cause? {
    guard !difference.isLess, !difference.amount.isZero else { return nil }
    if isUnderWay || difference.amount <= totals.underWay { return .underWay }
    guard let stream else { return nil }
    let isEnded =
      stream.recipient == PaymentStream.nobody
      || stream.isHalted && stream.withdrawn == stream.deposit
    return isEnded ? .paidAtEnd : nil
  }

  package var agrees: Bool { (difference.amount.isZero || cause != nil) && isCovered }

  /// What was had for it is what it has paid, or less; and the receipts say the same as the account.
  package var isCovered: Bool {
    guard let charges else { return true }
    guard
      areReceiptsWhole ? charges.receipts == charges.charged : charges.receipts <= charges.charged
    else { return false }
    // Of one that is gone from the chain nobody can say what it has paid.
    guard stream != nil else { return charges.charged.isZero }
    return charges.charged.plus(charges.collectedBefore).map { $0 <= vested } ?? false
  }

  package enum Cause: String, Sendable {
    /// A collection is in the chain and not certain yet.
    case underWay = "under-way"
    /// A stream that is ended pays its recipient by itself.
    case paidAtEnd = "paid-at-end"
  }
}

package struct Reconciliation: Sendable {
  package var moment: ChainMoment?
  /// The newest claims first; of those that are over only where there are collections of them.
  package var streams: [StreamBalance]
}

extension Collections {
  /// So many streams are asked for at once.
  private static let most = 1000

  /// Compares the ledger with the chain, at one moment of it.
  package func reconcile(then answer: @escaping (Result<Reconciliation, Failure>) -> Void) {
    // What ends while ledger and chain are asked is in only one of them.
    let underWay = Set(open.keys)
    ask(parts.ledger.claims(atMost:then:)) { [self] claims in
      ask({ _, reply in parts.ledger.collectionTotals(then: reply) }) { [self] totals in
        ask({ _, reply in parts.ledger.streamCharges(then: reply) }) { [self] charges in
          compare(claims, totals, charges, underWay, answer)
        } orElse: {
          answer(.failure($0))
        }
      } orElse: {
        answer(.failure($0))
      }
    } orElse: {
      answer(.failure($0))
    }
  }

  private func ask<Value: Sendable>(
    _ question: (Int, Reply<Result<Value, Failure>>) -> Void,
    then body: @escaping (Value) -> Void, orElse failed: @escaping (Failure) -> Void
  ) {
    question(
      Self.most,
      parts.loop.reply { (result: Result<Value, Failure>) in
        switch result {
        case .success(let value): body(value)
        case .failure(let failure): failed(failure)
        }
      })
  }

  private func compare(
    _ claims: [StreamClaim], _ totals: [StreamName: CollectionTotals],
    _ charges: (byStream: [StreamName: StreamCharges], isWhole: Bool),
    _ underWay: Set<StreamName>, _ answer: @escaping (Result<Reconciliation, Failure>) -> Void
  ) {
    parts.terms.learn { [self] result in
      guard case .success(let terms) = result else {
        return answer(result.map { _ in Reconciliation(streams: []) })
      }
      let own = claims.filter { claim in
        terms.name(of: claim.stream.id) == claim.stream
          && (claim.phase != .over || totals[claim.stream] != nil
            || charges.byStream[claim.stream] != nil)
      }
      guard !own.isEmpty else { return answer(.success(Reconciliation(streams: []))) }
      parts.host.inspect(own.map(\.stream.id), at: nil) { result in
        answer(
          result.map { readings in
            Reconciliation(
              moment: readings.moment,
              streams: zip(own, readings.streams).map { claim, reading in
                StreamBalance(
                  claim, reading, totals[claim.stream] ?? CollectionTotals(),
                  isUnderWay: underWay.contains(claim.stream),
                  charges: charges.byStream[claim.stream], areReceiptsWhole: charges.isWhole)
              })
          })
      }
    }
  }
}
