import OrienModel
import OrienNode
import OrienSystem

extension Command {
  static func showPrices(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let configuration = try Configuration.load(invocation)
    let isOfFile = invocation.has(.config) && !invocation.has(.url)
    let asked = isOfFile ? configuration : try Configuration.asked(by: invocation)
    let report = try PriceReport(
      configuration, asking: try NodeClient(NodeClient.Address(asked)),
      isExpected: asked.origin["ORIEN_URL"] != nil)
    if invocation.has(.json) {
      try invocation.console.json { writer in writer.object { report.write(to: &$0) } }
      return .success
    }
    let style = invocation.console.style
    try invocation.console.write(
      report.parts(configuration.origin).text(style) + "\n" + report.sizes.text(style) + "\n")
    for line in report.lines { try invocation.console.line(line) }
    return .success
  }

  /// `orien pricing set`: all of what was given is in the file afterwards, or nothing of it.
  static func setPrices(_ invocation: Invocation) throws(Failure) -> ExitCode {
    try invocation.mustMeanTheOneFile()
    var changes: [SettingChange] = []
    for flag in PriceFlag.all {
      guard let (name, text) = try flag.amount(invocation) else { continue }
      guard let amount = Money(text) else {
        throw .usage(
          "--\(name) \(text): expected \(Format<Money>.money.expected)", invocation.command)
      }
      changes.append((flag.setting, amount.description))
    }
    guard !changes.isEmpty else {
      throw .usage("expected a price, as --usd-per-core 12", invocation.command)
    }
    let (path, now) = try invocation.change(changes)
    let report = invocation.report(of: now)
    if invocation.has(.json) {
      try invocation.console.json { writer in
        writer.object { writer in
          writer.field("path", path)
          writer.object("set") { set in
            for change in changes { set.field(change.name, change.value) }
          }
          report.write(to: &writer)
        }
      }
    } else {
      try invocation.show(changes, in: path)
      try invocation.console.write("\n" + report.sizes.text(invocation.console.style) + "\n")
      for line in report.lines { try invocation.console.line(line) }
    }
    invocation.tellOthers(than: changes, in: path, now)
    return .success
  }
}

extension Invocation {
  /// What the new prices come to, at the price that the GLM has now: what was written stays so whatever
  /// a node answers.
  fileprivate func report(of settings: Configuration) -> PriceReport {
    do throws(Failure) {
      let node = try NodeClient(NodeClient.Address(settings))
      return try PriceReport(settings, asking: node, isExpected: false)
        .asSet(settings.machines)
    } catch {
      console.tell("what the node says of the price of a GLM is not known: \(error.message)")
      return PriceReport(settings)
    }
  }

  /// The file of settings that is read here, or would be if it were there.
  func settingFilePath() throws(Failure) -> String {
    if let path = value(.config) { return environment.absolute(path) }
    if let path = environment.configurationFile ?? environment.ownConfigurationFile {
      return path
    }
    throw Failure(.unavailable, "no-home", "HOME is not set: name a file by --config")
  }
}
