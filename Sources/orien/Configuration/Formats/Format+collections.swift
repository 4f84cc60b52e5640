import OrienModel

extension Format where Value == UInt256 {
  static let wei = Format(
    expected: "an amount in the token's smallest unit, in decimal digits",
    parse: { UInt256(decimal: $0) }, show: \.description)
}

extension Format where Value == UInt64 {
  static let share = Format(expected: "percent, a whole number from 1 to 100") { text in
    UInt64(text).flatMap { (1...100).contains($0) ? $0 : nil }
  } show: {
    "\($0)"
  }
}
