/// An argument as its tool declares it.
package struct Argument: Sendable {
  package var name: String
  package var kind: Kind
  package var isRequired: Bool
  /// Never logged, stored or shown.
  package var isSecret: Bool
  package var doc: String
  /// What stands in for an absent one; nil: zero, no text, no bytes.
  package var fallback: JSON?
  package var rules: Rules

  package init(
    name: String, kind: Kind, isRequired: Bool = false, isSecret: Bool = false, doc: String = "",
    fallback: JSON? = nil, rules: Rules = Rules()
  ) {
    self.name = name
    self.kind = kind
    self.isRequired = isRequired
    self.isSecret = isSecret
    self.doc = doc
    self.fallback = fallback
    self.rules = rules
  }

  /// What an argument is in JSON, and with it what a handler receives. The numbers are the ABI's.
  package enum Kind: UInt32, Sendable, CaseIterable {
    case bool = 1, integer, number, text, file, bytes, json, texts
  }
}

extension Argument.Kind {
  /// As a message says it.
  package var name: String {
    switch self {
    case .bool: "a boolean"
    case .integer: "an integer"
    case .number: "a number"
    case .text: "a string"
    case .file: "a path"
    case .bytes: "bytes in base64"
    case .json: "a JSON value"
    case .texts: "an array of strings"
    }
  }

  /// JSON Schema's `type`; nil: any.
  var schemaType: String? {
    switch self {
    case .bool: "boolean"
    case .integer: "integer"
    case .number: "number"
    case .text, .file, .bytes: "string"
    case .json: nil
    case .texts: "array"
    }
  }

  /// Whether a value is of the kind, by its JSON type alone; `1.0` is an integer.
  func admits(_ value: JSON) -> Bool {
    switch (self, value) {
    case (.bool, .bool), (.text, .string), (.file, .string), (.bytes, .string), (.json, _): true
    case (.number, _): value.number != nil
    case (.integer, _):
      if case .whole? = value.number { true } else { false }
    case (.texts, .array(let entries)): entries.allSatisfy { $0.string != nil }
    default: false
    }
  }
}

/// A checked argument, ready to be handed to a handler. `nil` inside is an absent optional.
package enum ArgumentValue: Sendable, Equatable {
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  /// Text or the path of a file, without NUL.
  case text(String?)
  /// Decoded bytes, or the compact text of a JSON value.
  case bytes([UInt8])
  case texts([String]?)

  /// What a handler receives for an absent optional without a fallback.
  init(absent kind: Argument.Kind) {
    switch kind {
    case .bool: self = .bool(false)
    case .integer: self = .integer(0)
    case .number: self = .number(0)
    case .text, .file: self = .text(nil)
    case .bytes, .json: self = .bytes([])
    case .texts: self = .texts(nil)
    }
  }
}
