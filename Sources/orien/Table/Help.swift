import OrienAPI

/// The table of commands as people read it: on a terminal, and in the README.
enum Help {
  /// All commands.
  static func overview(_ style: Style) -> String {
    let commands = Command.all.map { command in
      (command.usage.dropFirst("orien ".count).description, command.summary)
    }
    return """
      \(style.bold("orien")) sells what this machine can do, one metered call at a time.

      \(style.bold("Commands"))
      \(columns(commands))

      \(style.bold("Exit codes"))
      \(columns(ExitCode.table.map { ($0.codes, $0.meaning) }))

      `orien COMMAND --help` shows what a command takes, with examples.

      """
  }

  /// The commands that share the first of these words, where help is asked of it alone:
  /// `orien receipt --help`.
  static func family(
    _ words: [String], among commands: [Command] = Command.all
  ) -> [Command]? {
    guard words.count == 2, ["--help", "-h"].contains(words[1]) else { return nil }
    let family = commands.filter { $0.name.hasPrefix(words[0] + " ") }
    return family.isEmpty ? nil : family
  }

  /// One command after another.
  static func of(_ commands: [Command], _ style: Style) -> String {
    commands.map { command in
      """
      \(command.summary).

      \(style.bold("Usage")): \(command.usage) [options]

      \(style.bold("Options"))
      \(columns(command.options.map { ($0.usage, $0.doc) }))

      \(style.bold("Examples"))
      \(command.examples.map { "  \($0.line)\n      \($0.doc)" }.joined(separator: "\n"))

      """
    }.joined(separator: "\n")
  }

  /// The README's tables, by the names that they have there.
  static var markdown: [(name: String, text: String)] {
    [
      ("commands", commandTable), ("exit codes", exitCodeTable), ("settings", settingTable),
      ("routes", routeTable),
    ]
  }

  private static var commandTable: String {
    let rows = Command.all.map { command in
      let options = command.options.filter { $0 != .help }.map { "`--\($0.name)`" }
      return [
        "`\(command.usage)`", command.summary, options.joined(separator: " "),
      ]
    }
    return table(["command", "what it does", "options"], rows)
  }

  private static var exitCodeTable: String {
    table(["exit code", "meaning"], ExitCode.table.map { [$0.codes, $0.meaning] })
  }

  private static var settingTable: String {
    let fallback = Configuration()
    let rows = Setting.all.map { setting in
      let value = setting.show(fallback)
      let shown = setting.fallbackDoc ?? (value.isEmpty ? "none" : "`\(value)`")
      let flag = setting.flag.map { " `--\($0.name)`" } ?? ""
      return ["`\(setting.name)`\(flag)", shown, setting.doc]
    }
    return table(["setting", "default", "what for"], rows)
  }

  private static var routeTable: String {
    let rows = Routes.all.map { route in
      ["`\(route.method) \(route.path)`", route.summary, route.needsKey ? "yes" : "no"]
    }
    return table(["route", "what it does", "key"], rows)
  }

  private static func table(_ headings: [String], _ rows: [[String]]) -> String {
    let rules = headings.map { _ in "---" }.joined(separator: "|")
    let lines = rows.map { "| " + $0.joined(separator: " | ") + " |" }
    return "| \(headings.joined(separator: " | ")) |\n|\(rules)|\n"
      + lines.joined(separator: "\n") + "\n"
  }

  private static func columns(_ rows: [(String, String)]) -> String {
    let width = rows.map { min($0.0.count, 32) }.max() ?? 0
    return rows.map { name, doc in
      name.count <= width
        ? "  " + name + String(repeating: " ", count: width - name.count + 2) + doc
        : "  \(name)\n  " + String(repeating: " ", count: width + 2) + doc
    }.joined(separator: "\n")
  }
}
