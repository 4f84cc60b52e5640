// Counting in whole units: what does not fit in an amount is nil, never something else.

extension Money {
  /// The greatest amount that there is.
  package static let most = Money(units: .max)
  private static let hoursAMonth: Int64 = 730

  package func plus(_ other: Money) -> Money? {
    let (sum, overflows) = units.addingReportingOverflow(other.units)
    return overflows ? nil : Money(units: sum)
  }

  package func times(_ count: Int64) -> Money? {
    let (product, overflows) = units.multipliedReportingOverflow(by: count)
    return overflows ? nil : Money(units: product)
  }

  /// Of an amount for a month, to the last unit; half a unit counts as one.
  package var anHour: Money { Money(units: Self.halfUp(units, Self.hoursAMonth)) }

  /// As people read it: to four digits behind the point, half up.
  package var short: Money {
    let unit: Int64 = 10_000
    return Money(units: Self.halfUp(units, unit)).times(unit) ?? .most
  }

  private static func halfUp(_ units: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, remainder) = units.quotientAndRemainder(dividingBy: divisor)
    return quotient + (remainder >= divisor - remainder ? 1 : 0)
  }

  /// In whole units; nil where they are more than an amount can be.
  init?(exactly units: UInt256) {
    guard let units = units.uint64.flatMap({ Int64(exactly: $0) }) else { return nil }
    self.units = units
  }

  /// As many units, for counting beyond what an amount can be. There is no less than nothing.
  var wide: UInt256 { UInt256(UInt64(clamping: units)) }
}

extension UInt256 {
  /// To the nearest, and half of one up; nil where `divisor` is zero.
  func dividedHalfUp(by divisor: UInt256) -> UInt256? {
    guard let (quotient, remainder) = divided(by: divisor),
      let missing = divisor.minus(remainder)
    else { return nil }
    return remainder >= missing ? quotient.plus(.one) : quotient
  }

  /// Ten, so many times by itself; nil where that does not fit.
  static func tenfold(_ times: Int) -> UInt256? {
    var power: UInt256? = .one
    for _ in 0..<times { power = power?.times(10) }
    return power
  }
}
