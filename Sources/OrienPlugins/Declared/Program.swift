import OrienModel

/// A declared tool that is a program: the words of its command line with places for arguments.
///
/// No shell reads them. Each word is one argument of the program whatever stands in it, but for a
/// word that is nothing but a list: that becomes one for each entry.
struct Program: Sendable {
  /// Found in the jail on its fixed path.
  var name: String
  /// Words that go together: an argument that is absent takes all of its group with it.
  var groups: [[Template]]
  var environment: [(name: String, value: Template)]
  /// What it reads on its standard input.
  var input: Template?
  var arguments: [DeclaredArgument]

  /// Where jails look for programs.
  static let folders = ["/usr/bin", "/bin"]

  /// What a call of it runs. `object` holds checked arguments, without those that are absent.
  func command(for object: JSON) -> Command {
    var words = [name]
    for group in groups {
      let filled = group.map { self.words(of: $0, object) }
      guard !filled.contains(where: { $0 == nil }) else { continue }
      words += filled.flatMap { $0! }
    }
    var variables: [String] = []
    for (name, template) in environment {
      guard let value = text(of: template, object) else { continue }
      variables.append("\(name)=\(value)")
    }
    return Command(words, environment: variables, input: input(object))
  }

  private func words(of template: Template, _ object: JSON) -> [String]? {
    guard let index = template.whole, let value = object[arguments[index].name] else {
      return text(of: template, object).map { [$0] }
    }
    if arguments[index].kind == .texts { return value.array!.map { $0.string! } }
    if let words = arguments[index].choices[value.string ?? ""] { return words }
    return text(of: template, object).map { [$0] }
  }

  private func text(of template: Template, _ object: JSON) -> String? {
    template.filled { index, isFirst in
      object[arguments[index].name].map { arguments[index].text(of: $0, isFirst: isFirst) }
    }
  }

  private func input(_ object: JSON) -> [UInt8] {
    guard let input else { return [] }
    guard let index = input.whole, arguments[index].kind == .bytes else {
      return text(of: input, object).map { Array($0.utf8) } ?? []
    }
    return object[arguments[index].name]?.string.flatMap { [UInt8](base64: $0) } ?? []
  }
}

extension DeclaredArgument {
  /// The value as part of a word.
  fileprivate func text(of value: JSON, isFirst: Bool) -> String {
    switch kind {
    // So that a name is a file and neither an option nor a protocol, whatever it begins with.
    case .file: (isFirst ? "./" : "") + value.string!
    case .text: choices[value.string!]?.first ?? value.string!
    default: String(decoding: value.compact, as: UTF8.self)
    }
  }
}
