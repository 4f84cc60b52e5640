/// A stream of money as its contract has it: so much a second, from a moment on, as long as what was
/// deposited lasts. Addresses are texts in one form each, so that equal ones are equal texts.
package struct PaymentStream: Sendable, Equatable {
  /// As the contract numbers them.
  package var id: UInt256
  package var token: String
  package var sender: String
  package var recipient: String
  /// In seconds since 1970, by the clock of the chain, as the stop is.
  package var start: UInt256
  package var stop: UInt256
  package var ratePerSecond: UInt256
  package var deposit: UInt256
  package var withdrawn: UInt256
  package var isHalted: Bool

  package init(
    id: UInt256, token: String, sender: String, recipient: String, start: UInt256, stop: UInt256,
    ratePerSecond: UInt256, deposit: UInt256, withdrawn: UInt256, isHalted: Bool
  ) {
    self.id = id
    self.token = token
    self.sender = sender
    self.recipient = recipient
    self.start = start
    self.stop = stop
    self.ratePerSecond = ratePerSecond
    self.deposit = deposit
    self.withdrawn = withdrawn
    self.isHalted = isHalted
  }

  /// No address: the recipient of what is over, and everybody of what never was.
  package static let nobody = "0x0000000000000000000000000000000000000000"
}

// MARK: Counting

extension PaymentStream {
  /// What the recipient has earned at a moment of the chain: never more than was deposited.
  package func vested(at now: UInt64) -> UInt256 {
    let until = min(max(UInt256(now), start), max(stop, start))
    guard let seconds = until.minus(start), let amount = seconds.times(ratePerSecond) else {
      return deposit
    }
    return min(amount, deposit)
  }

  /// What of that has not been collected.
  package func withdrawable(at now: UInt64) -> UInt256 {
    let vested = vested(at: now)
    return vested.minus(min(vested, withdrawn)) ?? .zero
  }

  /// For how long it still pays: until its stop, or until its deposit is used up, whichever is first.
  /// One that lasts longer than can be counted lasts as long as can be.
  package func remainingSeconds(at now: UInt64) -> UInt64 {
    let now = UInt256(now)
    guard !ratePerSecond.isZero, let untilStop = stop.minus(now),
      let funded = deposit.divided(by: ratePerSecond)?.quotient
    else { return 0 }
    // A deposit that lasts beyond any clock ends no stream.
    let untilEmpty = (start.plus(funded) ?? .max).minus(max(now, start)) ?? .zero
    return min(untilStop, untilEmpty).uint64 ?? .max
  }

  /// Its fields contradict each other, as no honest contract's do.
  package var isInconsistent: Bool {
    withdrawn > deposit || stop < start || ratePerSecond.isZero
  }
}
