import OrienModel

// Commands that set how streams are watched and withdrawn.
extension Command {
  static func setMonitor(_ invocation: Invocation) throws(Failure) -> ExitCode {
    try setSettings(
      invocation, isOn: "STREAM_MONITOR_ENABLED",
      [
        (.monitorInterval, "STREAM_MONITOR_INTERVAL_SECONDS"),
        (.leastRemaining, "STREAM_MIN_REMAINING_SECONDS"),
      ])
  }

  static func setWithdrawal(_ invocation: Invocation) throws(Failure) -> ExitCode {
    try setSettings(
      invocation, isOn: "STREAM_WITHDRAW_ENABLED",
      [
        (.withdrawInterval, "STREAM_WITHDRAW_INTERVAL_SECONDS"),
        (.leastWei, "STREAM_MIN_WITHDRAW_WEI"),
      ])
  }

  /// Each value is held to what its setting takes, and all of them are written or none.
  private static func setSettings(
    _ invocation: Invocation, isOn: String, _ options: [(option: Option, setting: String)]
  ) throws(Failure) -> ExitCode {
    try invocation.mustMeanTheOneFile()
    var changes: [SettingChange] = []
    if let value = try invocation.onOrOff() { changes.append((isOn, value)) }
    for (option, name) in options {
      guard let text = invocation.value(option) else { continue }
      guard let setting = Setting.named(name) else {
        throw Failure(.unsupported, "unknown-setting", "this program knows no \(name)")
      }
      var unused = Configuration()
      guard setting.apply(&unused, text) else {
        throw .usage(
          "--\(option.name) \(text.printable): expected \(setting.expected)", invocation.command)
      }
      changes.append((name, text))
    }
    guard !changes.isEmpty else {
      let names = options.map { "--\($0.option.name)" }.joined(separator: " or ")
      throw .usage("expected --enable, --disable, \(names)", invocation.command)
    }
    let (path, now) = try invocation.change(changes)
    let json = JSON.object([
      JSON.Member("path", .string(path)),
      JSON.Member("set", .object(changes.map { JSON.Member($0.name, .string($0.value)) })),
    ])
    if try !invocation.answered(json) { try invocation.show(changes, in: path) }
    invocation.tellOthers(than: changes, in: path, now)
    return .success
  }
}

extension Invocation {
  /// Nil where neither was said.
  fileprivate func onOrOff() throws(Failure) -> String? {
    guard has(.enable) || has(.disable) || has(.noEnable) else { return nil }
    let isOff = has(.disable) || has(.noEnable)
    guard has(.enable) != isOff else {
      throw .usage("--enable and --disable: expected one of them", command)
    }
    return isOff ? "0" : "1"
  }
}

extension Option {
  static let enable = Option("enable", "Do it")
  static let disable = Option("disable", "Do not")
  static let noEnable = Option("no-enable", "The same")
  static let monitorInterval = Option("interval", value: "SECONDS", "How often streams are read")
  static let leastRemaining = Option(
    "min-remaining", value: "SECONDS", "With less than so much left a machine is stopped")
  static let withdrawInterval = Option(
    "interval", value: "SECONDS", "How long after one withdrawal of a stream the next one comes")
  static let leastWei = Option("min-wei", value: "WEI", "What a withdrawal has to bring at least")
}
