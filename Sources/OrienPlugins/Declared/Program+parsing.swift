import OrienModel

extension Program {
  /// Takes what a manifest says of a program.
  init(_ members: inout ManifestObject, hasNetwork: Bool) throws(Failure) {
    arguments = []
    for var argument in try members.objects("args") {
      let kind = try argument.kind()
      arguments.append(
        try DeclaredArgument(&argument, kind: kind, hasNetwork: hasNetwork))
      try argument.finish()
    }
    let names = arguments.map(\.name)
    let places = try members.command()
    guard let first = places.first, first.count == 1, Self.isName(first[0]) else {
      throw members.refusal(
        "command[0]",
        "expected the plain name of a program in \(Self.folders.joined(separator: ":"))")
    }
    name = first[0]
    groups = []
    for (index, group) in places.enumerated().dropFirst() {
      groups.append(
        try group.map { text throws(Failure) in
          try Template(text, arguments: names) { members.refusal("command[\(index)]", $0) }
        })
    }
    environment = try members.environment(names)
    if let text = try members.take("input", as: \.string, "a string") {
      input = try Template(text, arguments: names) { members.refusal("input", $0) }
    }
    try checkPlaces(members)
  }

  private static func isName(_ text: String) -> Bool {
    (1...255).contains(text.utf8.count) && text != "." && text != ".."
      && text.utf8.allSatisfy { $0.isASCIIWord || ".+".utf8.contains($0) } && !text.hasPrefix("-")
  }

  /// What is no single text stands where nothing is beside it, and nothing is asked for in vain.
  private func checkPlaces(_ members: ManifestObject) throws(Failure) {
    let words = groups.joined().map { ("command", $0, Place.word) }
    let others = environment.map { ("env.\($0.name)", $0.value, Place.variable) }
    let inputs = input.map { [("input", $0, Place.input)] } ?? []
    let all = words + others + inputs
    for (field, template, place) in all {
      for index in template.arguments {
        let isWhole = template.whole == index
        if let fault = arguments[index].fault(in: place, isWhole: isWhole) {
          throw members.refusal(field, "{\(arguments[index].name)} \(fault)")
        }
      }
    }
    for (index, argument) in arguments.enumerated()
    where !all.contains(where: { $0.1.arguments.contains(index) }) {
      throw members.refusal(
        "args[\(index)]", "nothing takes {\(argument.name)}: write it into `command`")
    }
  }

  fileprivate enum Place { case word, variable, input }
}

extension DeclaredArgument {
  /// What keeps it from standing there; nil where it may.
  fileprivate func fault(in place: Program.Place, isWhole: Bool) -> String? {
    let isOneText = choices.values.allSatisfy { $0.count == 1 }
    return switch kind {
    case .bytes where place == .input && isWhole: nil
    case .bytes: "is bytes, which only `input` takes, by themselves"
    case .texts where place == .word && isWhole: nil
    case .texts: "is a list, which can only be a word of `command` by itself"
    case .text where !isOneText && !(place == .word && isWhole):
      "has choices of several words or none, which can only be a word of `command` by itself"
    default: nil
    }
  }
}

extension ManifestObject {
  /// Each entry of an array of objects.
  mutating func objects(_ name: String) throws(Failure) -> [ManifestObject] {
    let entries = try take(name, as: \.array, "an array of objects") ?? []
    var objects: [ManifestObject] = []
    for (index, entry) in entries.enumerated() {
      objects.append(try ManifestObject(entry, "\(place(of: name))[\(index)]"))
    }
    return objects
  }

  fileprivate mutating func kind() throws(Failure) -> Argument.Kind {
    let known = DeclaredArgument.kinds
    let expected = "one of " + known.joined(separator: ", ")
    guard let word = try take("type", as: \.string, expected) else {
      throw refusal("type", "is missing; expected \(expected)")
    }
    guard let index = known.firstIndex(of: word) else {
      throw refusal(
        "type", "expected \(expected), found \(word.quoted)" + Nearest.hint(for: word, among: known)
      )
    }
    return Argument.Kind.allCases[index]
  }

  /// Words, and arrays of words that go together.
  fileprivate mutating func command() throws(Failure) -> [[String]] {
    let expected = "an array of words, or of arrays of words that go together"
    let entries = try take("command", as: \.array, expected) ?? []
    return try entries.enumerated().map { index, entry throws(Failure) in
      guard let group = entry.string.map({ [$0] }) ?? entry.texts else {
        throw refusal("command[\(index)]", "expected a word or an array of words")
      }
      return group
    }
  }

  fileprivate mutating func environment(
    _ arguments: [String]
  ) throws(Failure) -> [(name: String, value: Template)] {
    guard var variables = try object("env") else { return [] }
    var environment: [(name: String, value: Template)] = []
    for name in variables.names {
      guard name.isVariable else {
        throw variables.refusal(name.quoted, "expected a name of A-Z a-z 0-9 _")
      }
      let text = try variables.take(name, as: \.string, "a string")!
      environment.append(
        (name, try Template(text, arguments: arguments) { variables.refusal(name, $0) }))
    }
    return environment
  }
}

extension String {
  /// A name as C and shells have it, and so environments and libraries.
  var isVariable: Bool {
    let bytes = Array(utf8)
    return (1...255).contains(bytes.count) && !bytes[0].isASCIIDigit
      && bytes.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_") }
  }
}
