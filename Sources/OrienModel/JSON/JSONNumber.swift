/// A JSON number by its value, compared exactly: no integer passes through a double on the way.
package enum JSONNumber: Sendable, Equatable {
  case whole(Int128)
  /// A double with a fraction, or of 2^64 and more.
  case real(Double)

  /// `value` is finite.
  package init(_ value: Double) {
    let isWhole = value.rounded(.towardZero) == value && value.magnitude < 0x1p64
    self = isWhole ? .whole(Int128(value)) : .real(value)
  }
}

extension JSONNumber: Comparable {
  package static func < (a: Self, b: Self) -> Bool {
    switch (a, b) {
    case (.whole(let a), .whole(let b)): a < b
    case (.real(let a), .real(let b)): a < b
    case (.whole(let a), .real(let b)): b.magnitude < 0x1p64 ? a <= floor(b) : b > 0
    case (.real(let a), .whole(let b)): a.magnitude < 0x1p64 ? floor(a) < b : a < 0
    }
  }

  private static func floor(_ value: Double) -> Int128 { Int128(value.rounded(.down)) }
}

extension JSONNumber {
  /// Doubles of 2^64 and more are whole as they are.
  func rounded(_ rule: FloatingPointRoundingRule) -> JSONNumber {
    if case .real(let value) = self { JSONNumber(value.rounded(rule)) } else { self }
  }

  /// A number so many whole steps away; of 2^64 and more, the same.
  func advanced(by step: Int128) -> JSONNumber {
    if case .whole(let value) = self { .whole(value + step) } else { self }
  }
}

extension JSONNumber: CustomStringConvertible {
  package var description: String {
    switch self {
    case .whole(let value): value.description
    case .real(let value): value.description
    }
  }
}

extension JSONNumber: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.write(raw: description) }
}

extension JSON {
  /// Its value, where it is a number.
  package var number: JSONNumber? {
    switch self {
    case .integer(let value): .whole(Int128(value))
    case .unsigned(let value): .whole(Int128(value))
    case .number(let value): JSONNumber(value)
    default: nil
    }
  }
}

extension FixedWidthInteger {
  /// The number, where it is whole and fits.
  package init?(exactly number: JSONNumber) {
    guard case .whole(let value) = number else { return nil }
    self.init(exactly: value)
  }
}
