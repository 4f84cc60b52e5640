import OrienModel

/// Every command there is: the one table that parsing, help, suggestions and the README's section
/// are made of.
extension Command {
  static let all = Array(
    [
      work, background, renting, machines, streams, portChecking, pricing, wallet, faucet, sandbox,
      keys, operating, lasting, carrying, others,
    ].joined())

  private static let work: [Command] = [
    Command(
      "serve", "Run a node in the foreground",
      options: Setting.all.compactMap(\.flag) + [.safeMode, .config],
      examples: [
        Example("orien serve", "On 127.0.0.1:4000, state in the home folder"),
        Example("orien serve --listen 127.0.0.1:8000 --state ./state", "Somewhere else"),
        Example("orien serve --safe-mode", "Without plugins of others, after one broke the start"),
      ], run: serve),
    Command(
      "doctor", "Say how well this machine holds scripts, and what would make it better",
      options: Setting.all.compactMap(\.flag) + [.config, .json],
      examples: [
        Example("orien doctor", "Before a first start, or beside a node that runs"),
        Example("orien doctor --json", "As a program wants it; 1 where scripts are not walled in"),
      ], run: doctor),
    Command(
      "status", "Show how the node is", options: asking,
      examples: [Example("orien status --json", "As a program wants it")], run: status),
    Command(
      "tools", taking: [.maybe("TOOL")], "List the tools, or show one with its arguments",
      options: [.format, .strict, .allTools] + asking,
      examples: [
        Example("orien tools", "What the node sells"),
        Example("orien tools python_script", "What it takes, costs and is limited to"),
        Example("orien tools --format openai", "As a request to a model has them, in JSON"),
      ], run: tools),
    Command(
      "run", taking: [.one("TOOL"), .any("NAME=VALUE")], "Run a tool and stream its output",
      options: [
        .session, .file, .budget, .stream, .wallet, .passwordFile, .proofFile, .wait, .noWait,
      ] + asking,
      examples: [
        Example("orien run echo message=hello", "Arguments by name"),
        Example(
          "orien run python_script --file main.py script=main.py args=--count args=3",
          "Send a file first; an argument that is a list is given once for each element"),
        Example("orien run echo message=hello --json", "The record, when it is over"),
        Example(
          "orien run echo --session job --budget 500 message=hello",
          "In a session that may cost 500 micro units in all"),
      ], run: runTool),
    Command(
      "ps", "List executions that wait or run",
      options: [.all, .status, .ofSession, .limit] + asking,
      examples: [Example("orien ps -a --session build", "Finished ones too, of one session")],
      run: listExecutions),
    Command(
      "logs", taking: [.one("ID")], "Print what an execution wrote", options: [.follow] + asking,
      examples: [
        Example("orien logs -f exec-3f2c...", "What it wrote and writes, until it ends")
      ], run: logs),
    Command(
      "cancel", taking: [.several("ID")], "Cancel executions", options: asking,
      examples: [Example("orien cancel exec-3f2c...", "It ends as cancelled; its use is billed")],
      run: cancel),
  ]

  private static let others: [Command] = [
    Command(
      "plugins", "List the plugins, and why one was refused", options: [.followPlugins] + asking,
      examples: [
        Example("orien plugins", "What tools.d holds"),
        Example("orien plugins --follow", "And what comes, goes, crashes and comes back"),
      ], run: plugins),
    Command(
      "plugin reload", "Look at the plugins' folder anew, as the node does whenever it changes",
      options: asking,
      examples: [Example("orien plugin reload", "What is there then, and what was refused")],
      run: reloadPlugins),
    Command(
      "plugin restart", taking: [.one("PLUGIN")],
      "Start a plugin's own process anew, also after it only crashed", options: asking,
      examples: [Example("orien plugin restart greet", "With its next call")],
      run: restartPlugin),
    Command(
      "plugin check", taking: [.one("FILE")],
      "Run the checks of a role's page against a backend, without a node",
      options: [.role, .config, .json],
      examples: [
        Example("orien plugin check my_vm.so --role vm/1", "Each check, and 1 where one fails")
      ], run: checkPlugin),
    Command(
      "plugin verify", taking: [.one("FILE")],
      "Check a plugin's signature against PLUGIN_KEYS, without a node", options: [.config, .json],
      examples: [
        Example("orien plugin verify greet.so", "By greet.so.minisig beside it; 1 where it is none")
      ], run: verifyPlugin),
    Command(
      "sandbox doctor", "Say by what code that nobody trusts can be run here",
      options: [.tools, .config, .json],
      examples: [Example("orien sandbox doctor", "Each engine, and why one is not to be had")],
      run: sandboxDoctor),
    Command(
      "sandbox images", "List the images that callers may name, and whether they are there",
      options: [.tools, .config, .json],
      examples: [Example("orien sandbox images", "As the manifest of docker-run has them")],
      run: sandboxImages),
    Command(
      "sandbox build", taking: [.maybe("DOCKERFILE")], "Build the image of calls that name none",
      options: [.tools, .config, .json],
      examples: [
        Example(
          "orien sandbox build", "With Python, Node and bash, from the Dockerfile that is here"),
        Example("orien sandbox build ./Dockerfile", "From another one, which copies no files"),
      ], run: sandboxBuild),
    Command(
      "receipt verify", taking: [.any("FILE")], "Check receipts, or all records, without the node",
      options: [.chain, .state, .config, .key, .json],
      examples: [
        Example("orien receipt verify receipt.json", "One, as GET /executions/ID/receipt gave it"),
        Example("orien receipt verify --chain --state ./state", "Every record, in order, signed"),
      ], run: verifyReceipt),
    Command(
      "config show", "Show each setting and where it comes from",
      options: Setting.all.compactMap(\.flag) + [.config, .json],
      examples: [Example("orien config show", "Keys are masked")], run: showConfiguration),
    Command(
      "version", "Show which version this is", options: [.json],
      examples: [Example("orien version", "This program's, not the node's")], run: version),
    Command(
      "help", taking: [.any("COMMAND")], "Show the commands, or one of them",
      examples: [Example("orien help run", "The same as orien run --help")], run: help),
  ]

  /// What every command takes that asks a node.
  static let asking: [Option] = [.json, .url, .keyFile]

  /// The command that the words begin with, and how many of them are its name.
  static func named(
    by words: [String], among all: [Command] = all
  ) throws(Failure) -> (command: Command, words: Int) {
    for count in [3, 2, 1] where words.count >= count {
      let name = words[..<count].joined(separator: " ")
      if let command = all.first(where: { $0.name == name }) { return (command, count) }
    }
    let first = words[0]
    let family = all.filter { $0.name.hasPrefix(first + " ") }
    guard family.isEmpty else {
      let names = family.map { "`orien \($0.name)`" }.joined(separator: " or ")
      throw Failure(.invalid, ExitCode.usageReason, "expected \(names)")
    }
    if let option = optionBefore(words) {
      throw Failure(
        .invalid, ExitCode.usageReason,
        "options follow the command: orien \(option)\nSee `orien help`.")
    }
    let kind = first.hasPrefix("-") ? "option" : "command"
    throw Failure(
      .invalid, ExitCode.usageReason,
      "orien has no \(kind) '\(first)'\(hint(for: words))\nSee `orien help`.")
  }

  /// Where the first word is an option of the command that comes after it, both as they are meant.
  private static func optionBefore(_ words: [String]) -> String? {
    let word = String(words[0].prefix { $0 != "=" })
    let named = words.dropFirst().compactMap { word in all.first { $0.name == word } }.first
    let commands = named.map { [$0] } ?? all
    let isOne = commands.contains { command in
      command.options.contains { word == "--" + $0.name || word == $0.letter.map { "-\($0)" } }
    }
    return isOne ? "\(named?.name ?? "COMMAND") \(word)" : nil
  }

  /// A slip may be in the one word of a command, in the first of two, or in either.
  private static func hint(for words: [String]) -> String {
    let names = all.map(\.name)
    if let one = Nearest.word(to: words[0], among: names) { return "; did you mean \(one)?" }
    let families = names.filter { $0.contains(" ") }
    if words.count > 1 {
      let two = words[..<2].joined(separator: " ")
      if let name = Nearest.word(to: two, among: families) { return "; did you mean \(name)?" }
    }
    let name = families.first { name in
      Nearest.word(to: words[0], among: [String(name.prefix { $0 != " " })]) != nil
    }
    return name.map { "; did you mean \($0)?" } ?? ""
  }
}
