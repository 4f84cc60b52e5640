/// A call's arguments, every one of them within what its tool declares.
package struct CheckedArguments: Sendable {
  /// In declared order: what was given, else the fallback, else zero or nothing.
  package let values: [ArgumentValue]
  /// The object of what was given and of fallbacks, as compact JSON: what a packed handler gets.
  package let packed: [UInt8]
  /// The same without secrets: what is stored.
  package let stored: [UInt8]
  /// Secret ones were given, so that the call cannot be repeated from what is stored.
  package let hasSecrets: Bool

  /// Checks the object of arguments that a caller sent in its member `base`.
  ///
  /// A failure names every fault by its place, up to a number, and never shows a secret. Whether
  /// a file lies in the workspace is another's to prove.
  /// - Parameter inputBytes: how much of compact JSON is taken; nil: any amount.
  package init(
    checking object: JSON, against arguments: [Argument], inputBytes: UInt64? = nil,
    base: String = "args"
  ) throws(Failure) {
    var faults = ArgumentFaults(base: base)
    guard let members = object.members else {
      faults.add("must be an object, got \(object.kindName)")
      throw faults.failure!
    }
    var given: [JSON?] = []
    var values: [ArgumentValue] = []
    for argument in arguments {
      let json = object[argument.name]
      given.append(json)
      if json == nil && argument.isRequired { faults.addMissing(argument.name) }
      if let json = json ?? argument.fallback {
        values.append(ValueCheck(argument: argument).value(of: json, into: &faults))
      } else {
        values.append(ArgumentValue(absent: argument.kind))
      }
    }
    let unknown = members.count - given.count { $0 != nil }
    if unknown > 0 { faults.add(unknown, unknownOf: members, arguments) }
    if let failure = faults.failure { throw failure }

    hasSecrets = zip(arguments, given).contains { $0.isSecret && $1 != nil }
    let all = zip(arguments, zip(given, values))
    packed = Self.object(all.map { ($0, $1.0 ?? $0.fallback, $1.1) })
    stored =
      arguments.contains(where: \.isSecret)
      ? Self.object(all.map { ($0, $0.isSecret ? nil : $1.0 ?? $0.fallback, $1.1) }) : packed
    self.values = values
    if let inputBytes, packed.count > inputBytes {
      faults.add("have \(packed.count) bytes, above the limit inputBytes \(inputBytes)")
      throw faults.failure!
    }
  }

  private static func object(_ members: [(Argument, JSON?, ArgumentValue)]) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      for (argument, json, value) in members {
        // A handler that was promised an integer finds no `1.0` or `1e2`.
        if json != nil, case .integer(let integer) = value {
          writer.field(argument.name, integer)
        } else {
          writer.field(argument.name, json)
        }
      }
    }
    return writer.bytes
  }
}

extension ArgumentFaults {
  /// Suggestions are looked for only where they will be shown.
  fileprivate mutating func add(
    _ count: Int, unknownOf members: [JSON.Member], _ arguments: [Argument]
  ) {
    let names = arguments.map(\.name)
    var rest = count
    for member in members where hasRoom && rest > 0 {
      guard !names.contains(where: member.name.hasSameBytes) else { continue }
      add("unknown argument" + Nearest.hint(for: member.name, among: names), to: member.name)
      rest -= 1
    }
    addUnlisted(rest)
  }
}
