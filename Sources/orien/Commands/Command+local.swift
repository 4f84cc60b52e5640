import OrienModel

// Commands that ask no node.
extension Command {
  static func showConfiguration(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let configuration = try Configuration.load(invocation)
    if invocation.has(.json) {
      let settings = Setting.all.map { setting in
        JSON.Member(
          setting.name,
          .object([
            JSON.Member("value", .string(configuration.shown(setting))),
            JSON.Member("origin", .string(configuration.originText(setting))),
          ]))
      }
      _ = try invocation.answered(.object(settings))
    } else {
      var table = TextTable("SETTING", "VALUE", "FROM")
      for setting in Setting.all {
        table.add(setting.name, configuration.shown(setting), configuration.originText(setting))
      }
      try invocation.console.write(table.text(invocation.console.style))
    }
    for warning in configuration.warnings { invocation.console.tell(warning) }
    return .success
  }

  static func version(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let version = JSON.object([JSON.Member("version", .string(Release.version))])
    if try !invocation.answered(version) {
      try invocation.console.line("orien \(Release.version)")
    }
    return .success
  }

  static func help(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let style = invocation.console.style
    if invocation.operands.isEmpty {
      try invocation.console.write(Help.overview(style))
    } else if let family = Help.family([invocation.operands[0], "--help"]),
      invocation.operands.count == 1
    {
      try invocation.console.write(Help.of(family, style))
    } else {
      let command = try Command.named(by: invocation.operands).command
      try invocation.console.write(Help.of([command], style))
    }
    return .success
  }
}

extension Configuration {
  /// As the command's options and the surroundings say.
  static func load(
    _ invocation: Invocation, with settings: Flags = [:]
  ) throws(Failure) -> Configuration {
    var flags = settings
    for setting in Setting.all {
      guard let flag = setting.flag else { continue }
      let values = invocation.options.contains(flag) ? invocation.all(flag) : []
      guard !values.isEmpty else { continue }
      let value = flag.value == nil ? "1" : values.joined(separator: ",")
      flags[setting.name] = (flag.name, value)
    }
    let file = invocation.options.contains(.config) ? invocation.value(.config) : nil
    return try load(flags: flags, environment: invocation.environment, file: file)
  }

  fileprivate func shown(_ setting: Setting) -> String {
    setting.isSecret && apiKey != nil ? "(set)" : setting.show(self)
  }

  fileprivate func originText(_ setting: Setting) -> String {
    origin[setting.name]?.description ?? "default"
  }
}
