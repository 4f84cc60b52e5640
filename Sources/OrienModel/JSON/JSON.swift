/// A JSON value. Objects keep the order of their members; no two members have one name.
///
/// Names and texts are told apart by their bytes: Swift's own `==` would take the Kelvin sign for
/// a K.
package enum JSON: Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// An integer beyond `Int64`, and nothing smaller.
  case unsigned(UInt64)
  /// A number with a fraction or an exponent, finite.
  case number(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  package struct Member: Sendable, Equatable {
    package var name: String
    package var value: JSON

    package init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }

    package static func == (a: Self, b: Self) -> Bool {
      a.name.hasSameBytes(as: b.name) && a.value == b.value
    }
  }
}

// What a value is, or nil where it is something else.
extension JSON {
  /// The member `name` of an object; nil where there is none or this is no object.
  package subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name.hasSameBytes(as: name) }?.value
  }

  package var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }
  package var string: String? {
    if case .string(let value) = self { value } else { nil }
  }
  package var array: [JSON]? {
    if case .array(let values) = self { values } else { nil }
  }
  package var members: [Member]? {
    if case .object(let members) = self { members } else { nil }
  }
  /// A whole number, however it is written: `1.0` is 1.
  package var int64: Int64? { number.flatMap { Int64(exactly: $0) } }
  package var uint64: UInt64? { number.flatMap { UInt64(exactly: $0) } }
  /// The nearest double of a number.
  package var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .unsigned(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// What it is, as a message says it.
  package var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .integer, .unsigned, .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
