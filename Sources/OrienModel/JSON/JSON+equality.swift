extension JSON: Equatable {
  /// Equality as JSON Schema 2020-12 has it: numbers by their value, texts by their bytes, objects
  /// whatever the order of their members.
  package static func == (a: JSON, b: JSON) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.string(let a), .string(let b)): a.hasSameBytes(as: b)
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): areSame(a, b)
    default:
      if let a = a.number, let b = b.number { a == b } else { false }
    }
  }

  /// Names are unique in both, so that as many found are all found. Members at the same place are
  /// tried first: most objects that are equal have one order.
  private static func areSame(_ a: [Member], _ b: [Member]) -> Bool {
    guard a.count == b.count else { return false }
    return zip(a, b).allSatisfy { mine, theirs in
      mine == theirs || b.contains { $0 == mine }
    }
  }
}
