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
  /// that a bill is the sum of its lines and no rounding favours the seller. Saturates.
  package func cost(of usage: Usage) -> UInt64 {
    var total = perCall
    total = total.saturatingAdd(
      Self.scaled(perCPUSecond, by: usage.cpuMicroseconds, over: 1_000_000))
    let (high, low) = usage.memoryPeakBytes.multipliedFullWidth(by: usage.wallMicroseconds)
    // Byte-microseconds to GiB-seconds, by way of MiB-milliseconds, which fit into 64 bits.
    let unit: UInt64 = (1 << 20) * 1000
    let mebibyteMilliseconds = high < unit ? unit.dividingFullWidth((high, low)).quotient : .max
    total = total.saturatingAdd(
      Self.scaled(perGiBSecond, by: mebibyteMilliseconds, over: 1024 * 1000))
    for (unit, amount) in usage.units {
      total = total.saturatingAdd((perUnit[unit] ?? 0).saturatingMultiply(amount))
    }
    return total
  }

  private static func scaled(_ price: UInt64, by amount: UInt64, over unit: UInt64) -> UInt64 {
    let (high, low) = price.multipliedFullWidth(by: amount)
    return high < unit ? unit.dividingFullWidth((high, low)).quotient : .max
  }
}
