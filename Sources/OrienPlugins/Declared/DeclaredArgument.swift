import OrienModel

/// An argument of a declared tool, as its manifest has it and a plugin's table would.
struct DeclaredArgument: Sendable {
  var name: String
  var kind: Argument.Kind
  /// What the program is given for a value, where that is not the value itself.
  var choices: [String: [String]] = [:]
  var listed: Listing.Argument

  static let kinds = Argument.Kind.allCases.map { "\($0)" }

  /// Takes what is said of a caller's argument; its type has been read.
  ///
  /// - Parameter bounds: rules that hold beside those that are declared, where these do not say.
  init(
    _ members: inout ManifestObject, kind: Argument.Kind, bounds: [JSON.Member] = [],
    hasNetwork: Bool = false
  ) throws(Failure) {
    self.kind = kind
    guard let name = try members.take("name", as: \.string, "a string") else {
      throw members.refusal("name", "is missing; give the argument one")
    }
    self.name = name
    listed = Listing.Argument(name: name, type: kind.rawValue)
    if try members.take("required", as: \.bool, "true or false") ?? false {
      listed.flags |= Listing.Argument.required
    }
    if try members.take("secret", as: \.bool, "true or false") ?? false {
      listed.flags |= Listing.Argument.secret
    }
    listed.doc = try members.take("doc", as: \.string, "a string") ?? ""
    if let fallback = try members.take("default", as: { $0 }, "a value") {
      listed.fallback = fallback.text
    }
    var rules = try members.take("rules", as: \.members, "an object of JSON Schema keywords") ?? []
    for bound in bounds where !rules.contains(where: { $0.name == bound.name }) {
      rules.append(bound)
    }
    if let choices = try members.choices(hasNetwork: hasNetwork) {
      guard kind == .text, !rules.contains(where: { $0.name == "enum" }) else {
        throw members.refusal("choices", "expected only for a text that has no rule enum")
      }
      self.choices = choices.words
      rules.append(JSON.Member("enum", .array(choices.names.map { .string($0) })))
    }
    if !rules.isEmpty { listed.rules = JSON.object(rules).text }
  }
}

extension ManifestObject {
  /// `{"build": {"words": ["run", "build"]}, "install": {"network": true}}`: what a caller may say and
  /// what stands for it on the command line. One that needs the network is offered where the manifest
  /// grants some, and nowhere else.
  fileprivate mutating func choices(
    hasNetwork: Bool
  ) throws(Failure) -> (names: [String], words: [String: [String]])? {
    guard var members = try object("choices") else { return nil }
    var names: [String] = []
    var words: [String: [String]] = [:]
    for name in members.names {
      guard var choice = try members.object(name) else { continue }
      let own = try choice.take("words", as: \.texts, "an array of strings") ?? [name]
      let needsNetwork = try choice.take("network", as: \.bool, "true or false") ?? false
      try choice.finish()
      guard hasNetwork || !needsNetwork else { continue }
      names.append(name)
      words[name] = own
    }
    guard !names.isEmpty else {
      throw refusal("choices", "none of them can be chosen; one without the network is wanted")
    }
    return (names, words)
  }
}

extension JSON {
  /// Its compact form.
  var text: String { String(decoding: compact, as: UTF8.self) }
}
