import OrienModel
import OrienSystem

/// A command as somebody called it, and what it may use to answer.
struct Invocation: Sendable {
  let command: Command
  /// The command's.
  let options: [Option]
  /// The values given, by option; a switch that was given has one empty value.
  private(set) var values: [String: [String]] = [:]
  private(set) var operands: [String] = []
  let console: Console
  let environment: Environment

  /// The last value given. Asking for an option that the command does not take traps.
  func value(_ option: Option) -> String? {
    precondition(options.contains(option), "\(command.name) takes --\(option.name)")
    return values[option.name]?.last
  }

  func all(_ option: Option) -> [String] {
    precondition(options.contains(option), "\(command.name) takes --\(option.name)")
    return values[option.name] ?? []
  }

  func has(_ option: Option) -> Bool { value(option) != nil }
}

extension Invocation {
  /// Reads the words after the command's name. Options may stand anywhere before `--`.
  init(
    _ command: Command, _ words: some Sequence<String>, _ console: Console,
    _ environment: Environment
  ) throws(Failure) {
    self.command = command
    options = command.options
    self.console = console
    self.environment = environment
    var words = words.makeIterator()
    while let word = words.next() {
      if word == "--" {
        while let word = words.next() { operands.append(word) }
      } else if word.hasPrefix("--") {
        try takeLong(word.dropFirst(2), &words)
      } else if word.hasPrefix("-") && word != "-" {
        try takeLetters(word.dropFirst(), &words)
      } else {
        operands.append(word)
      }
    }
    // Who asks for help need not know the rest yet.
    if values[Option.help.name] == nil { try checkOperands() }
  }

  private mutating func takeLong(
    _ word: Substring, _ words: inout some IteratorProtocol<String>
  ) throws(Failure) {
    let name = String(word.prefix { $0 != "=" })
    guard let option = options.first(where: { $0.name == name }) else {
      let hint = Nearest.hint(for: "--" + name, among: options.map { "--" + $0.name })
      throw .usage("orien \(command.name) has no option --\(name)\(hint)", command)
    }
    guard word.utf8.count > name.utf8.count else { return try take(option, nil, &words) }
    guard option.value != nil else { throw .usage("--\(name) takes no value", command) }
    try take(option, String(word.dropFirst(name.count + 1)), &words)
  }

  private mutating func takeLetters(
    _ letters: Substring, _ words: inout some IteratorProtocol<String>
  ) throws(Failure) {
    for (index, letter) in letters.enumerated() {
      guard let option = options.first(where: { $0.letter == letter }) else {
        throw .usage("orien \(command.name) has no option -\(letter)", command)
      }
      let rest = letters.dropFirst(index + 1)
      if option.value != nil && !rest.isEmpty { return try take(option, String(rest), &words) }
      try take(option, nil, &words)
    }
  }

  private mutating func take(
    _ option: Option, _ value: String?, _ words: inout some IteratorProtocol<String>
  ) throws(Failure) {
    var value = value
    if option.value == nil { value = "" } else if value == nil { value = words.next() }
    guard let value else { throw .usage("--\(option.name) wants \(option.value!)", command) }
    guard option.isRepeatable || values[option.name] == nil else {
      throw .usage("--\(option.name) is given twice", command)
    }
    values[option.name, default: []].append(value)
  }

  private func checkOperands() throws(Failure) {
    let wanted = command.operands
    let required = wanted.count { $0.isRequired }
    guard operands.count >= required else {
      throw .usage("expected \(wanted[operands.count].name)", command)
    }
    if operands.count > wanted.count && !(wanted.last?.isRepeatable ?? false) {
      throw .usage("did not expect '\(operands[wanted.count])'", command)
    }
  }
}

extension Failure {
  /// The words are wrong: which, and how they are meant to be.
  static func usage(_ message: String, _ command: Command) -> Failure {
    Failure(
      .invalid, ExitCode.usageReason,
      "\(message)\nusage: \(command.usage) [options]\nSee `orien \(command.name) --help`.")
  }
}
