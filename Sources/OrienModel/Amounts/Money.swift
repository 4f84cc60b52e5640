/// An amount of money with eight digits behind the point: never a floating one.
package struct Money: Sendable, Equatable, Comparable {
  /// In hundred-millionths.
  package var units: Int64

  package static let zero = Money(units: 0)
  private static let one: Int64 = 100_000_000

  package init(units: Int64) { self.units = units }

  /// `5`, `0.1` or `2.00000001`; nil where it is none, is below nothing, or beyond a billion.
  package init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, (1...10).contains(first.utf8.count),
      first.utf8.allSatisfy(\.isASCIIDigit), let whole = Int64(first)
    else { return nil }
    var rest: Int64 = 0
    if parts.count == 2 {
      let digits = parts[1].utf8
      guard (1...8).contains(digits.count), digits.allSatisfy(\.isASCIIDigit),
        let value = Int64(parts[1])
      else { return nil }
      rest = value
      for _ in digits.count..<8 { rest *= 10 }
    }
    units = whole * Self.one + rest
  }

  package static func < (a: Self, b: Self) -> Bool { a.units < b.units }
}

extension Money: CustomStringConvertible {
  /// The shortest that says it, with one digit behind the point at least.
  package var description: String {
    var digits: [UInt8] = []
    digits.appendDecimal((units % Self.one).magnitude, digits: 8)
    while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return "\(units / Self.one).\(String(decoding: digits, as: UTF8.self))"
  }
}

extension Money: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.write(raw: description) }
}
