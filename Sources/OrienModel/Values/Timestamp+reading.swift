extension Timestamp {
  /// Reads what `iso8601` writes of the years 0 to 9999, and nothing else.
  package init?(iso8601 text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 24 else { return nil }
    func number(_ places: Range<Int>) -> Int64 {
      digits[places].reduce(0) { $0 * 10 + Int64($1.isASCIIDigit ? $1 & 15 : 0) }
    }
    let day = Self.day(of: number(0..<4), number(5..<7), number(8..<10))
    let seconds = (number(11..<13) * 60 + number(14..<16)) * 60 + number(17..<19)
    self.init(microseconds: ((day * 86_400 + seconds) * 1000 + number(20..<23)) * 1000)
    // Whatever is no moment, or is written otherwise, is another one or none.
    guard iso8601.hasSameBytes(as: text) else { return nil }
  }

  /// Since 1970. Years are counted from March, as where dates are written.
  private static func day(of year: Int64, _ month: Int64, _ date: Int64) -> Int64 {
    let counted = month <= 2 ? year - 1 : year
    let sinceMarch = month > 2 ? month - 3 : month + 9
    let leapDays = counted.quotient(by: 4) - counted.quotient(by: 100) + counted.quotient(by: 400)
    return counted * 365 + leapDays + (153 * sinceMarch + 2) / 5 + date - 1 - 719_468
  }
}

extension Int64 {
  /// Rounds down, also below zero.
  fileprivate func quotient(by divisor: Int64) -> Int64 {
    (self - (self % divisor + divisor) % divisor) / divisor
  }
}
