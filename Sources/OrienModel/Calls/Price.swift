/// What a tool costs, in millionths of its currency. Only integers: money is never a Double.
package struct Price: Sendable, Equatable {
  package var currency: String
  package var perCall: UInt64 = 0
  package var perCPUSecond: UInt64 = 0
  package var perGiBSecond: UInt64 = 0
  /// By a plugin's own unit ("token").
  package var perUnit: [String: UInt64] = [:]

  package init(currency: String = "USD") { self.currency = currency }

  /// The cost of a call: each part is rounded down to a whole micro-unit, then all are added, so
  /// that a bill is the sum of its lines and no rounding favours the seller. Memory is billed at
  /// its peak for as long as the call ran: that is exact, and what was looked at now and then is
  /// not. Saturates.
  package func cost(of usage: Usage) -> UInt64 {
    var total = perCall
    total = total.saturatingAdd(
      Self.cost(of: UInt128(usage.cpuMicroseconds), at: perCPUSecond, per: 1_000_000))
    let byteMicroseconds = UInt128(usage.memoryPeakBytes) * UInt128(usage.wallMicroseconds)
    total = total.saturatingAdd(
      Self.cost(of: byteMicroseconds, at: perGiBSecond, per: 1_000_000 << 30))
    for (unit, amount) in usage.units {
      total = total.saturatingAdd((perUnit[unit] ?? 0).saturatingMultiply(amount))
    }
    return total
  }

  /// `amount * price / unit`, rounded once. `unit` is below 2^64, so that only the whole part of
  /// the product can be too large.
  private static func cost(of amount: UInt128, at price: UInt64, per unit: UInt128) -> UInt64 {
    let (whole, rest) = amount.quotientAndRemainder(dividingBy: unit)
    let (product, overflow) = whole.multipliedReportingOverflow(by: UInt128(price))
    guard !overflow else { return .max }
    let (sum, carried) = product.addingReportingOverflow(rest * UInt128(price) / unit)
    return carried ? .max : UInt64(clamping: sum)
  }
}
