extension Argument {
  /// An argument as a plugin's table has it, `fallback` and `rules` being JSON.
  ///
  /// Refuses whatever the node could not keep: a name that is none, rules that cannot be enforced,
  /// a fallback that is not of the kind or breaks the rules.
  package init(
    declaring name: String, kind: Kind, isRequired: Bool = false, isSecret: Bool = false,
    doc: String = "", fallback: String? = nil, rules: String? = nil
  ) throws(Failure) {
    guard Self.isName(name) else {
      throw Failure(
        .invalid, "argument-name", "argument \(name.quoted): a name is ^[a-z][a-z0-9_]*$")
    }
    self.init(name: name, kind: kind, isRequired: isRequired, isSecret: isSecret, doc: doc)
    do throws(Failure) {
      if let rules { self.rules = try Rules(parsing: JSON(parsing: rules), for: kind) }
      if let fallback { self.fallback = try checkedFallback(JSON(parsing: fallback)) }
    } catch {
      throw Failure(error.code, error.reason, "argument \(name): \(error.message)")
    }
  }

  private func checkedFallback(_ fallback: JSON) throws(Failure) -> JSON {
    var faults = ArgumentFaults(base: "fallback")
    _ = value(of: fallback, into: &faults)
    if let failure = faults.failure { throw failure }
    if let told = rules.source.first(where: { $0.name == "default" })?.value, told != fallback {
      throw Failure(
        .invalid, "argument-rule", "the rules' default \(told.shown) is not the fallback")
    }
    return fallback
  }

  /// `^[a-z][a-z0-9_]*$`, 64 bytes at most.
  static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, first.isASCIILowercase, name.utf8.count <= 64 else {
      return false
    }
    return name.utf8.allSatisfy {
      $0.isASCIILowercase || $0.isASCIIDigit || $0 == UInt8(ascii: "_")
    }
  }
}
