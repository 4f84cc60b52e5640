/// JSON Schema's `type` of a value, by its name there.
enum JSONType: String, CaseIterable {
  case object, array, string, number, integer, boolean

  /// As a message says it.
  var name: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string: "a string"
    case .number: "a number"
    case .integer: "an integer"
    case .boolean: "a boolean"
    }
  }

  /// `1.0` is an integer.
  func admits(_ value: JSON) -> Bool {
    switch (self, value) {
    case (.object, .object), (.array, .array), (.string, .string), (.boolean, .bool): true
    case (.number, _): value.number != nil
    case (.integer, _): if case .whole? = value.number { true } else { false }
    default: false
    }
  }
}
