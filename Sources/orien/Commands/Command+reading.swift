import OrienModel

// Commands that show what a node says of itself.
extension Command {
  static func tools(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let node = try invocation.node()
    if let format = invocation.value(.format) {
      return try showTools(in: format, invocation, node)
    }
    for option in [Option.strict, .allTools] where invocation.has(option) {
      throw .usage("--\(option.name) is of a --format", invocation.command)
    }
    if let name = invocation.operands.first {
      let tool = try node.json("GET", Paths.tool(name))
      if try !invocation.answered(tool) {
        try invocation.console.write(ToolDescription(tool: tool).text(invocation.console.style))
      }
      return .success
    }
    let answer = try node.json("GET", Paths.tools)
    if try invocation.answered(answer) { return .success }
    var table = TextTable("TOOL", "NAME", "ARGUMENTS", "AVAILABLE")
    for tool in answer["tools"]?.array ?? [] {
      let arguments = (tool["args"]?.array ?? []).map { argument in
        let name = argument["name"].plain
        return argument["required"]?.bool == true ? name : "[\(name)]"
      }
      let available = tool["available"]?.bool == false ? tool["unavailableReason"].plain : "yes"
      table.add(tool["id"].plain, tool["name"].plain, arguments.joined(separator: " "), available)
    }
    try invocation.console.write(table.text(invocation.console.style))
    return .success
  }

  private static func showTools(
    in format: String, _ invocation: Invocation, _ node: NodeClient
  ) throws(Failure) -> ExitCode {
    guard invocation.operands.isEmpty else {
      throw .usage("--format lists all tools: name none", invocation.command)
    }
    var query = [("format", format)]
    if invocation.has(.strict) { query.append(("strict", "1")) }
    if invocation.has(.allTools) { query.append(("all", "1")) }
    let answer = try node.json("GET", Paths.tools(query))
    try invocation.console.line(String(decoding: answer.compact, as: UTF8.self))
    return .success
  }

  static func plugins(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let node = try invocation.node()
    guard invocation.has(.followPlugins) else {
      try invocation.show(plugins: node.json("GET", Paths.plugins))
      return .success
    }
    try PluginNews(invocation, node).follow()
    return .success
  }

  static func reloadPlugins(_ invocation: Invocation) throws(Failure) -> ExitCode {
    try invocation.show(plugins: invocation.node().json("POST", Paths.reloadPlugins))
    return .success
  }

  static func restartPlugin(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let name = invocation.operands[0]
    let plugin = try invocation.node().json("POST", Paths.restart(name))
    if try !invocation.answered(plugin) {
      try invocation.console.line("\(name): \(plugin["state"].plain)")
    }
    return .success
  }
}

extension Invocation {
  func show(plugins answer: JSON) throws(Failure) {
    if try answered(answer) { return }
    var table = TextTable(
      "PLUGIN", "ID", "VERSION", "IN", "STATE", "CALLS", "FAILED", "MEMORY", "GRANTS", "REASON")
    for plugin in answer["plugins"]?.array ?? [] {
      table.add(
        plugin["file"].plain, plugin["id"].plain, plugin["version"].plain,
        plugin["isolation"].plain, plugin["state"].plain, plugin["use"]?["calls"].plain ?? "",
        plugin["use"]?["failures"].plain ?? "",
        plugin["residentBytes"]?.uint64.map { "\($0 >> 20) MiB" } ?? "",
        plugin["grants"]?.array?.compactMap(\.string).joined(separator: " ") ?? "",
        plugin["reason"].plain)
    }
    try console.write(table.text(console.style))
    let backends = answer["backends"]?.array ?? []
    guard !backends.isEmpty else { return }
    var roles = TextTable("ROLE", "BACKEND", "AVAILABLE")
    for row in backends {
      let because = row["because"]?.string.map { ", as \($0)" } ?? ""
      let available = row["available"]?.bool == true ? "yes" + because : row["reason"].plain
      roles.add(row["role"].plain, row["plugin"].plain, available)
    }
    try console.line("")
    try console.write(roles.text(console.style))
  }

  func node() throws(Failure) -> NodeClient { try NodeClient(try NodeClient.Address(self)) }

  /// Answers in JSON where that was asked for.
  func answered(_ json: JSON) throws(Failure) -> Bool {
    guard has(.json) else { return false }
    try console.json(json)
    return true
  }
}

extension JSON? {
  /// As a table shows it: texts without quotes, nothing for what is not there.
  var plain: String {
    switch self {
    case nil, .null?: ""
    case .string(let text)?: text
    case let value?: String(decoding: value.compact, as: UTF8.self)
    }
  }
}

extension JSON {
  var plain: String { Swift.Optional(self).plain }
}
