import OrienModel

/// What a transaction that collects may offer for gas.
struct CollectionPrice {
  var gas: UInt64
  var maxFee: UInt256
  var priorityFee: UInt256

  /// The most that gas may cost, in what it is paid in, where `amount` is collected.
  private static func most(for amount: UInt256, _ settings: Collections.Settings) -> UInt256 {
    let one = UInt256(100_000_000)
    let rate = UInt256(UInt64(max(1, settings.gasRate.units)))
    let share = amount.divided(by: 100)?.quotient.times(UInt256(settings.mostGasPercent))
    // An amount that is too large to be counted with pays for any gas.
    guard let share, let worth = share.times(one) else { return .max }
    return worth.divided(by: rate)?.quotient ?? .zero
  }

  /// As it was quoted, but never more than its share of what is collected, whatever gas will cost in
  /// the block that has it.
  init(
    _ quote: CollectionQuote, of amount: UInt256, _ settings: Collections.Settings
  ) throws(Failure) {
    let most = Self.most(for: amount, settings)
    guard quote.cost <= most, let bound = most.divided(by: UInt256(quote.gas))?.quotient,
      !bound.isZero
    else {
      throw Failure(
        .limited, "not-worth-it",
        "gas would cost \(quote.cost), which is more than STREAM_MAX_GAS_PERCENT, "
          + "\(settings.mostGasPercent) %, of \(amount)")
    }
    gas = quote.gas
    maxFee = min(quote.maxFee, bound)
    priorityFee = min(quote.priorityFee, maxFee)
    guard quote.balance >= cost else {
      throw Failure(
        .unavailable, "no-funds",
        "the recipient has \(quote.balance) to pay gas with, and it may cost \(cost)")
    }
  }

  /// An eighth more than an earlier one offers, which every node takes in its place, or as much as is
  /// quoted now; nil where that is beyond its share.
  init?(
    instead of: StreamCollection.Attempt, _ quote: CollectionQuote?, of amount: UInt256,
    _ settings: Collections.Settings
  ) {
    gas = max(of.gas, quote?.gas ?? 0)
    guard let bound = Self.most(for: amount, settings).divided(by: UInt256(gas))?.quotient,
      let leastMax = Self.raised(of.maxFee), let leastPriority = Self.raised(of.priorityFee),
      leastMax <= bound
    else { return nil }
    maxFee = min(max(leastMax, quote?.maxFee ?? .zero), bound)
    priorityFee = min(max(leastPriority, quote?.priorityFee ?? .zero), maxFee)
    guard priorityFee >= leastPriority else { return nil }
  }

  private static func raised(_ fee: UInt256) -> UInt256? {
    guard let more = fee.plus(7)?.divided(by: 8)?.quotient else { return nil }
    return fee.plus(max(more, .one))
  }

  private var cost: UInt256 { maxFee.times(UInt256(gas)) ?? .max }

  func order(of stream: StreamName, nonce: UInt64) -> CollectionOrder {
    CollectionOrder(
      stream: stream.id, nonce: nonce, gas: gas, maxFee: maxFee, priorityFee: priorityFee)
  }
}
