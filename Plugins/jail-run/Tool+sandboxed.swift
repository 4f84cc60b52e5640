import OrienKit

/// What the languages of sandboxes are run by. `/run` knows them by the same names.
private let interpreters = [
  "python": "python3", "javascript": "node", "node": "node", "bash": "bash", "shell": "bash",
]

/// Linux gives a program no argument of 128 KiB: who sends one hears it before anything is accepted.
private let longestArgument = (128 << 10) - 1

extension Handler where State == Void {
  /// A warm interpreter serves what asks for nothing that it would have to be started with: no
  /// variables, and no network.
  static func sandboxed() -> Handler {
    Handler(
      "jail-run",
      """
      Runs a script of the session's workspace by the interpreter of its language, or a command, in \
      the node's jail. The workspace is read-only to it unless readonly is false, and there is no \
      network unless network is true and the tool's manifest grants some.
      """,
      title: "Run Code in the Jail", example: ["language": "python", "script": "main.py"],
      limits: Limits(wallMilliseconds: 300_000, cpuPercent: 100, memoryBytes: 512 << 20),
      .optional(
        .text(
          "language", "Of the script",
          .oneOf("python", "javascript", "node", "bash", "shell"))),
      .optional(
        .texts(
          "command", "The program and its first arguments, in the place of a language",
          .count(1...1000), words)),
      .optional(.file("script", "What to run: a path in the session's workspace")),
      .texts("args", "Arguments behind the script", default: [], .count(0...1000), words),
      .text("stdin", "What it reads on its standard input", default: ""),
      .json(
        "env", "Variables added to its environment: an object of strings", default: "{}", texts),
      .bool("readonly", "It cannot write to its workspace", default: true),
      .bool(
        "network", "It has the network that the manifest grants; refused where that is none",
        default: false)
    ) { (call, language, command, script, args, stdin, env, readsOnly, network) in
      var words = try beginning(language, command, script)
      if let script { words.append("./" + script) }
      var program = Command(
        words[0], words.dropFirst() + args, environment: try env.variables, input: stdin)
      program.readsOnly = readsOnly
      program.network = network ? .needed : .none
      try call.fact(["sandbox": "jail"])
      try call.exec(program)
    }.needingProcesses
  }

  private static var words: Rule {
    .schema(#"{"items":{"type":"string","maxLength":\#(longestArgument)}}"#)
  }

  private static var texts: Rule {
    .schema(
      #"{"type":"object","additionalProperties":{"type":"string","maxLength":\#(longestArgument)}}"#
    )
  }

  private static func beginning(
    _ language: String?, _ command: [String]?, _ script: String?
  ) throws(Failure) -> [String] {
    switch (language, command) {
    case (nil, let command?): return command
    case (let language?, nil):
      guard script != nil else {
        throw Failure(.invalid, "args.script: a language is that of a script, and there is none")
      }
      guard let interpreter = interpreters[language] else {
        throw Failure(.invalid, "args.language: there is no interpreter of \(language)")
      }
      return [interpreter]
    case (nil, nil), (_?, _?):
      throw Failure(.invalid, "args: expected either a language or a command")
    }
  }
}
