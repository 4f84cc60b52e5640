internal import OrienKit

/// What a container runs: the words of its command line, none of which a shell reads.
struct Program {
  /// What callers name, and what reads a script then.
  private static let interpreters = [
    "python": "python3", "javascript": "node", "node": "node", "bash": "bash", "shell": "bash",
    "sh": "sh",
  ]

  let words: [String]
  let environment: [String]
  let input: [UInt8]
  /// It has a standard input.
  let takesInput: Bool

  /// What waits to become another.
  static let waiting = Program(words: WaitingShell.words)

  private init(words: [String]) {
    self.words = words
    environment = ["HOME=/tmp"]
    input = []
    takesInput = true
  }

  init(
    language: String, command: [String], script: String?, arguments: [String], input: String,
    environment: JSON
  ) throws(Failure) {
    words = try Self.begin(language, command, script) + arguments
    self.input = Array(input.utf8)
    takesInput = !input.isEmpty
    var lines = ["HOME=/tmp"]
    for (name, value) in (environment.object ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard let value = value.string, Self.isName(name), !value.utf8.contains(0) else {
        throw Failure(
          .invalid,
          "args.env: expected an object of strings, whose names have no '=', found "
            + "'\(name)'", reason: "bad-env")
      }
      lines.append("\(name)=\(value)")
    }
    self.environment = lines
  }

  private static func begin(
    _ language: String, _ command: [String], _ script: String?
  ) throws(Failure) -> [String] {
    switch (language.isEmpty, command.first) {
    case (true, let program?) where !program.isEmpty && script == nil: return command
    case (false, nil):
      guard let interpreter = interpreters[language] else {
        throw Failure(
          .invalid,
          "args.language: '\(language)' is none of "
            + interpreters.keys.sorted().joined(separator: ", "), reason: "unknown-language")
      }
      guard let script else {
        throw Failure(.invalid, "args.script: a language wants a script", reason: "no-script")
      }
      // So that a name that begins with a stroke is a file and never an option.
      return [interpreter, "./" + script]
    default:
      throw Failure(
        .invalid,
        "expected either args.language with args.script, or args.command, whose first "
          + "word is a program", reason: "no-program")
    }
  }

  private static func isName(_ name: String) -> Bool {
    !name.isEmpty && !name.utf8.contains { $0 == 0x3D || $0 == 0 }
  }
}
