extension Handler where State == Void {
  /// Linux gives a program no argument of 128 KiB: who sends one hears it before anything is accepted.
  private static var longestArgument: Int { (128 << 10) - 1 }

  /// A tool that runs a script of the session's workspace by an interpreter on the node's PATH:
  ///
  ///     Tool.script("ruby_script", "Runs a Ruby script of the workspace.", by: "ruby")
  ///
  /// Its arguments are `script`, `args`, `stdin` and `env`. The interpreter is given the script as
  /// `./name`, so that a name that begins with `-` is a file and never an option. Where the node runs
  /// no programs, the tool is listed as one that is not available.
  public static func script(
    _ name: String, _ doc: String, title: String? = nil, example: JSON? = nil,
    limits: Limits? = nil, by interpreter: String, options: [String] = []
  ) -> Handler {
    Handler(
      name, doc, title: title, example: example, limits: limits,
      .file("script", "The script to run: a path in the session's workspace"),
      .texts(
        "args", "The script's own arguments", default: [], .count(0...1000),
        .schema(#"{"items":{"type":"string","maxLength":\#(Self.longestArgument)}}"#)),
      .text("stdin", "What the script reads on its standard input", default: ""),
      .json(
        "env", "Variables added to the script's environment: an object of strings", default: "{}",
        .schema(
          #"{"type":"object","additionalProperties":{"type":"string","maxLength":\#(Self.longestArgument)}}"#
        ))
    ) { (call, script, args, stdin, env) in
      let environment = try env.variables
      try call.exec(
        Command(
          interpreter, options + ["./" + script] + args, environment: environment, input: stdin))
    }.needingProcesses
  }
}

extension Handler {
  /// The same, which cannot work where the node runs no programs: there it is listed as one that is
  /// not available.
  public var needingProcesses: Handler {
    var handler = self
    handler.needs.append("orien.process/1")
    return handler
  }
}

extension JSON {
  /// What an argument `env` names, an object of strings, as a command's environment.
  public var variables: [String: String] {
    get throws(Failure) {
      guard let members = object else {
        throw Failure(.invalid, "args.env: expected an object of strings, got \(text)")
      }
      var variables: [String: String] = [:]
      for (name, value) in members {
        guard let text = value.string else {
          throw Failure(.invalid, "args.env.\(name): expected a string, got \(value.text)")
        }
        variables[name] = text
      }
      return variables
    }
  }
}
