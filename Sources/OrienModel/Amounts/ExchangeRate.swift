/// What one token costs in US dollars, to the last digit of whoever said it: so many digits, so many of
/// them behind the point.
package struct ExchangeRate: Sendable, Equatable {
  private let digits: UInt256
  private let scale: Int

  private static let mostDigits = 30
  /// Whoever reads it as a number of JSON has it whole.
  private static let mostBeforePoint = 15
  private static let mostBytes = 64

  /// A number as JSON has it, above nothing: `0.2534`, `12` or `2.5e-5`. Nil where it is none, or has
  /// more digits than any market knows.
  package init?(_ text: String) {
    guard text.utf8.count <= Self.mostBytes, let parts = Parts(text) else { return nil }
    var digits = Array((parts.whole + parts.fraction).utf8.drop { $0 == UInt8(ascii: "0") })
    var scale = parts.fraction.utf8.count - parts.exponent
    while scale > 0, digits.last == UInt8(ascii: "0") {
      digits.removeLast()
      scale -= 1
    }
    guard !digits.isEmpty, scale <= Self.mostDigits, digits.count - scale <= Self.mostBeforePoint,
      digits.count <= Self.mostDigits
    else { return nil }
    while scale < 0 {
      digits.append(UInt8(ascii: "0"))
      scale += 1
    }
    guard let value = UInt256(decimal: String(decoding: digits, as: UTF8.self)) else { return nil }
    (self.digits, self.scale) = (value, scale)
  }

  /// What JSON's grammar makes of a number that is not below nothing.
  private struct Parts {
    var whole: Substring
    var fraction: Substring = ""
    var exponent = 0

    init?(_ text: String) {
      let halves = text.split(
        maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { $0 == "e" || $0 == "E" })
      let number = halves[0].split(
        separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      guard number.allSatisfy(Self.areDigits) else { return nil }
      whole = number[0]
      guard whole == "0" || whole.first != "0" else { return nil }
      if number.count == 2 { fraction = number[1] }
      guard halves.count == 2 else { return }
      let isNegative = halves[1].first == "-"
      let power = isNegative || halves[1].first == "+" ? halves[1].dropFirst() : halves[1]
      guard Self.areDigits(power), let value = Int(power), value <= 1000 else { return nil }
      exponent = isNegative ? -value : value
    }

    private static func areDigits(_ text: Substring) -> Bool {
      !text.isEmpty && text.utf8.allSatisfy(\.isASCIIDigit)
    }
  }
}

extension ExchangeRate: CustomStringConvertible {
  package var description: String {
    let text = digits.description
    guard scale > 0 else { return text }
    let zeros = String(repeating: "0", count: max(0, scale + 1 - text.utf8.count))
    let all = zeros + text
    return "\(all.dropLast(scale)).\(all.suffix(scale))"
  }
}

extension ExchangeRate: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.write(raw: description) }
}

// MARK: Exchanging

extension ExchangeRate {
  /// So many dollars in tokens, to eight digits behind the point, half up. Nil where they are more
  /// than an amount can be.
  package func tokens(for dollars: Money) -> Money? {
    guard let power = UInt256.tenfold(scale) else { return nil }
    return dollars.wide.times(power)?.dividedHalfUp(by: digits).flatMap { Money(exactly: $0) }
  }

  /// So many tokens in dollars, to the cent, half up. Nil where they are more than an amount can be.
  package func dollars(for tokens: Money) -> Money? {
    let unitsInACent: UInt256 = 1_000_000
    guard let power = UInt256.tenfold(scale)?.times(unitsInACent),
      let cents = tokens.wide.times(digits)?.dividedHalfUp(by: power)
    else { return nil }
    return cents.times(unitsInACent).flatMap { Money(exactly: $0) }
  }

  /// Prices in dollars, in tokens. Nil where one of them is more than an amount can be.
  package func tokens(for prices: MonthlyPrices) -> MonthlyPrices? {
    guard let core = tokens(for: prices.core), let memory = tokens(for: prices.memoryGiB),
      let disk = tokens(for: prices.diskGiB)
    else { return nil }
    return MonthlyPrices(core: core, memoryGiB: memory, diskGiB: disk)
  }

  /// It is so many percent away from `other`, or more, of what `other` is.
  package func differs(from other: ExchangeRate, byAtLeast percent: Money) -> Bool {
    let (mine, others) = aligned(with: other)
    let distance = max(mine, others).minus(min(mine, others)) ?? .zero
    let hundred = Money(units: 10_000_000_000)
    guard let moved = distance.times(hundred.wide) else {
      preconditionFailure("70 digits fit in 256 bits")
    }
    return others.times(percent.wide).map { moved >= $0 } ?? false
  }

  /// The greater is more than so many times the lesser.
  package func isBeyond(_ count: UInt64, times other: ExchangeRate) -> Bool {
    let (mine, others) = aligned(with: other)
    guard let bound = min(mine, others).times(UInt256(count)) else { return false }
    return max(mine, others) > bound
  }

  /// Both in units of whichever has more digits behind the point.
  private func aligned(with other: ExchangeRate) -> (UInt256, UInt256) {
    let scale = max(scale, other.scale)
    let lifted = { (rate: ExchangeRate) in
      UInt256.tenfold(scale - rate.scale).flatMap { rate.digits.times($0) }
    }
    guard let mine = lifted(self), let others = lifted(other) else {
      preconditionFailure("a rate has at most 30 digits on either side of the point")
    }
    return (mine, others)
  }
}
