import OrienModel

extension Format where Value == UInt256 {
  /// No product of it and what a session may cost is too large to count.
  static let microUnit = Format(expected: "a whole number from 1 on, of 30 digits at most") {
    text in
    text.utf8.count <= 30 ? UInt256(decimal: text).flatMap { $0.isZero ? nil : $0 } : nil
  } show: {
    $0.description
  }
}
