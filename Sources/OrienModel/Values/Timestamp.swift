/// A moment of the wall clock in microseconds since 1970: what people and records read. Durations
/// are never made of two of these; the monotonic clock is for that.
package struct Timestamp: Hashable, Comparable, Sendable {
  package var microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }

  package static func < (a: Self, b: Self) -> Bool { a.microseconds < b.microseconds }

  /// `2026-11-20T09:33:55.123Z`: ISO 8601 in UTC, cut to milliseconds, as every dialect wants it.
  package var iso8601: String {
    var text: [UInt8] = []
    appendISO8601(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// A year beyond 0 to 9999 has a sign and six digits, as ISO 8601 extends it.
  package func appendISO8601(to text: inout [UInt8]) {
    let (day, rest) = Self.divide(Self.divide(microseconds, by: 1000).0, by: 86_400_000)
    let (year, month, date) = Self.civil(day)
    if !(0...9999).contains(year) { text.append(UInt8(ascii: year < 0 ? "-" : "+")) }
    text.appendDecimal(year.magnitude, digits: (0...9999).contains(year) ? 4 : 6)
    func append(_ mark: Unicode.Scalar, _ value: Int64, digits: Int = 2) {
      text.append(UInt8(ascii: mark))
      text.appendDecimal(value.magnitude, digits: digits)
    }
    append("-", month)
    append("-", date)
    append("T", rest / 3_600_000)
    append(":", rest / 60_000 % 60)
    append(":", rest / 1000 % 60)
    append(".", rest % 1000, digits: 3)
    text.append(UInt8(ascii: "Z"))
  }

  /// Rounds down, also before 1970.
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
