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
}
