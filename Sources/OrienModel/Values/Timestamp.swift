/// A moment of the wall clock in microseconds since 1970: what people and records read. Durations
/// are never made of two of these; the monotonic clock is for that.
package struct Timestamp: Hashable, Comparable, Sendable {
  package var microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }

  package static func < (a: Self, b: Self) -> Bool { a.microseconds < b.microseconds }

  /// `2026-11-20T09:33:55.123Z`: ISO 8601 in UTC, milliseconds, as every dialect wants it.
  package var iso8601: String {
    let (day, rest) = Self.divide(microseconds / 1000, by: 86_400_000)
    let (year, month, date) = Self.civil(day)
    var text = ""
    text.reserveCapacity(24)
    text.appendPadded(year, 4)
    text.append("-")
    text.appendPadded(month, 2)
    text.append("-")
    text.appendPadded(date, 2)
    text.append("T")
    text.appendPadded(rest / 3_600_000, 2)
    text.append(":")
    text.appendPadded(rest / 60_000 % 60, 2)
    text.append(":")
    text.appendPadded(rest / 1000 % 60, 2)
    text.append(".")
    text.appendPadded(rest % 1000, 3)
    text.append("Z")
    return text
  }

  private static func divide(_ value: Int64, by divisor: Int64) -> (Int64, Int64) {
    let remainder = value % divisor
    return remainder < 0
      ? (value / divisor - 1, remainder + divisor) : (value / divisor, remainder)
  }

  /// The Gregorian date of a day number since 1970. Years are counted from March, so that the
  /// leap day is the last of its year and months have a closed form.
  private static func civil(_ day: Int64) -> (Int64, Int64, Int64) {
    let shifted = day + 719_468
    let (era, dayOfEra) = divide(shifted, by: 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let date = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, date)
  }
}

extension String {
  package mutating func appendPadded(_ value: Int64, _ width: Int) {
    let digits = Swift.String(value)
    for _ in 0..<Swift.max(0, width - digits.utf8.count) { append("0") }
    append(digits)
  }
}
