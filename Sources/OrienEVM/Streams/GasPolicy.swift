internal import OrienModel

/// What the operator pays for a collection, and what is offered: twice the next block's base fee, so
/// that it also counts in a block or two, and what the median of the last blocks paid on top.
struct GasPolicy: Sendable, Equatable {
  /// For each gas, in wei.
  let mostFee: UInt256
  let mostGas: UInt64

  struct Offer: Sendable, Equatable {
    var gas: UInt64
    var maxFee: UInt256
    var priorityFee: UInt256
    /// What all of it would cost in the next block.
    var cost: UInt256
  }

  static let blocks: UInt64 = 10
  static let percentile: Int64 = 50

  /// `estimate` is the chain's own; a quarter is added, for the state may have changed by then.
  func offer(estimate: UInt64, _ history: FeeHistory) throws(Failure) -> Offer {
    try offer(
      estimate: estimate, nextBaseFee: history.baseFees.last ?? .zero,
      priorityFees: history.rewards.compactMap(\.first))
  }

  func offer(
    estimate: UInt64, nextBaseFee: UInt256, priorityFees: [UInt256]
  ) throws(Failure) -> Offer {
    let (gas, overflows) = estimate.addingReportingOverflow(estimate / 4)
    guard !overflows, gas > 0, gas <= mostGas else {
      throw Self.tooExpensive("it would use \(estimate) gas; max_gas is \(mostGas)")
    }
    let sorted = priorityFees.sorted()
    // Some pools take none that offer nothing.
    let priority = max(sorted.isEmpty ? .one : sorted[sorted.count / 2], .one)
    guard let least = nextBaseFee.plus(priority), least <= mostFee,
      let cost = least.times(UInt256(gas))
    else {
      throw Self.tooExpensive(
        "a gas costs \(nextBaseFee) wei and \(priority) on top; max_fee is \(mostFee)")
    }
    let wanted = nextBaseFee.times(2).flatMap { $0.plus(priority) } ?? mostFee
    return Offer(gas: gas, maxFee: min(wanted, mostFee), priorityFee: priority, cost: cost)
  }

  /// Whatever was quoted, no more is signed.
  func check(gas: UInt64, maxFee: UInt256) throws(Failure) {
    guard gas <= mostGas else { throw Self.tooExpensive("\(gas) gas; max_gas is \(mostGas)") }
    guard maxFee <= mostFee else {
      throw Self.tooExpensive("\(maxFee) wei for a gas; max_fee is \(mostFee)")
    }
  }

  private static func tooExpensive(_ message: String) -> Failure {
    Failure(.limited, "too-expensive", message)
  }
}
