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
    var taken: [JSON?] = []
    var values: [ArgumentValue] = []
    var named = 0
    var hasSecrets = false
    for index in arguments.indices {
      let member = object[arguments[index].name]
      if member != nil { named += 1 }
      let json = arguments[index].given(member)
      if json != nil {
        if arguments[index].isSecret { hasSecrets = true }
      } else if arguments[index].isRequired {
        faults.addMissing(arguments[index].name)
      }
      taken.append(json ?? arguments[index].fallback)
      values.append(arguments[index].value(of: taken[index], into: &faults))
    }
    if members.count > named {
      faults.add(members.count - named, unknownOf: members, arguments.map(\.name))
    }
    if let failure = faults.failure { throw failure }

    self.values = values
    self.hasSecrets = hasSecrets
    packed = Self.object(of: arguments, taken, values, withSecrets: true)
    stored =
      arguments.contains(where: \.isSecret)
      ? Self.object(of: arguments, taken, values, withSecrets: false) : packed
    if let inputBytes, packed.count > inputBytes {
      faults.add("have \(packed.count) bytes, above the limit inputBytes \(inputBytes)")
      throw faults.failure!
    }
  }

  private static func object(
    of arguments: [Argument], _ taken: [JSON?], _ values: [ArgumentValue], withSecrets: Bool
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      for index in arguments.indices where withSecrets || !arguments[index].isSecret {
        guard let json = taken[index] else { continue }
        writer.name(arguments[index].name)
        // A handler that was promised an integer finds no `1.0` or `1e2`.
        if case .integer(let integer) = values[index] {
          writer.write(integer)
        } else {
          writer.write(json)
        }
      }
    }
    return writer.bytes
  }
}

extension ArgumentFaults {
  /// Suggestions are looked for only where they will be shown.
  fileprivate mutating func add(
    _ count: Int, unknownOf members: [JSON.Member], _ names: [String]
  ) {
    var rest = count
    for member in members where hasRoom && rest > 0 {
      guard !names.contains(where: member.name.hasSameBytes) else { continue }
      add("unknown argument" + Nearest.hint(for: member.name, among: names), to: member.name)
      rest -= 1
    }
    addUnlisted(rest)
  }
}
