// Checked arithmetic: a result that does not fit in 256 bits, or below zero, is nil.

extension UInt256 {
  package func plus(_ other: UInt256) -> UInt256? {
    let (low, carries) = low.addingReportingOverflow(other.low)
    let (sum, overflows) = high.addingReportingOverflow(other.high)
    let (high, overflowsToo) = sum.addingReportingOverflow(carries ? 1 : 0)
    return overflows || overflowsToo ? nil : UInt256(high: high, low: low)
  }

  /// The greatest number that there is where the sum does not fit: for what is only told.
  package func saturatingAdd(_ other: UInt256) -> UInt256 { plus(other) ?? .max }

  package func minus(_ other: UInt256) -> UInt256? {
    guard self >= other else { return nil }
    let (low, borrows) = low.subtractingReportingOverflow(other.low)
    return UInt256(high: high - other.high - (borrows ? 1 : 0), low: low)
  }

  package func times(_ other: UInt256) -> UInt256? {
    guard high == 0 || other.high == 0 else { return nil }
    // One of the halves is zero, so at most one of the crossed products is not.
    let (crossed, overflows) =
      high == 0
      ? low.multipliedReportingOverflow(by: other.high)
      : high.multipliedReportingOverflow(by: other.low)
    guard !overflows else { return nil }
    let product = low.multipliedFullWidth(by: other.low)
    let (high, overflowsToo) = product.high.addingReportingOverflow(crossed)
    return overflowsToo ? nil : UInt256(high: high, low: product.low)
  }

  /// Rounded down, and what is left; nil where `divisor` is zero.
  package func divided(by divisor: UInt256) -> (quotient: UInt256, remainder: UInt256)? {
    guard !divisor.isZero else { return nil }
    if divisor.high == 0 {
      let (first, left) = high.quotientAndRemainder(dividingBy: divisor.low)
      let (second, rest) = divisor.low.dividingFullWidth((left, low))
      return (UInt256(high: first, low: second), UInt256(rest))
    }
    guard self >= divisor else { return (.zero, self) }
    // The quotient has at most 128 bits: one after the other, from the highest that there can be.
    var shift = divisor.leadingZeroBitCount - leadingZeroBitCount
    var quotient: UInt128 = 0
    var rest = self
    while shift >= 0 {
      if let less = rest.minus(divisor.shiftedLeft(by: shift)) {
        rest = less
        quotient |= 1 << UInt128(shift)
      }
      shift -= 1
    }
    return (UInt256(quotient), rest)
  }

  /// `count` is less than 128, and what it pushes out is zero.
  private func shiftedLeft(by count: Int) -> UInt256 {
    guard count > 0 else { return self }
    return UInt256(
      high: high << UInt128(count) | low >> UInt128(128 - count), low: low << UInt128(count))
  }
}
