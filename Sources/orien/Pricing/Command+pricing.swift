import OrienModel
import OrienNode
import OrienSystem

extension Command {
  static func showPrices(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let configuration = try Configuration.load(invocation)
    let usd = configuration.machines.usd
    if invocation.has(.json) {
      var members: [JSON.Member] = []
      for (currency, prices) in [("usd", usd), ("glm", configuration.machines.glm)] {
        members += [
          JSON.Member("\(currency)_per_core_month", .money(prices.core)),
          JSON.Member("\(currency)_per_gb_ram_month", .money(prices.memoryGiB)),
          JSON.Member("\(currency)_per_gb_storage_month", .money(prices.diskGiB)),
        ]
      }
      try invocation.console.json(.object(members))
      return .success
    }
    var table = TextTable("A MONTH OF", "USD", "GLM", "FROM")
    let rows = [
      ("a processor", \MonthlyPrices.core, "CORE"), ("a GB of memory", \.memoryGiB, "GB_RAM"),
      ("a GB of disk", \.diskGiB, "GB_STORAGE"),
    ]
    for (what, price, name) in rows {
      table.add(
        what, usd[keyPath: price].description,
        configuration.machines.glm[keyPath: price].description,
        configuration.origin["PRICE_USD_PER_\(name)_MONTH"]?.description ?? "default")
    }
    var sizes = TextTable("SIZE", "PROCESSORS", "MEMORY", "DISK", "USD A MONTH", "USD AN HOUR")
    for (name, cpu, memory, disk) in [
      ("small", 1, 1, 10), ("medium", 2, 4, 20), ("large", 4, 8, 40), ("xlarge", 8, 16, 80),
    ] {
      let size = MachineSize(cpu: Int64(cpu), memoryGiB: Int64(memory), diskGiB: Int64(disk))
      let month = usd.month(of: size)
      sizes.add(
        name, "\(cpu)", "\(memory) GB", "\(disk) GB", month.short, month.anHour.short)
    }
    let style = invocation.console.style
    try invocation.console.write(table.text(style) + "\n" + sizes.text(style))
    return .success
  }

  /// `orien pricing set`: all of what was given is in the file afterwards, or nothing of it.
  static func setPrices(_ invocation: Invocation) throws(Failure) -> ExitCode {
    guard !invocation.has(.dev) else {
      throw .usage(
        "--dev: a node has one file of settings; name another by --config", invocation.command)
    }
    var changes: [(name: String, value: String)] = []
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
    let path = try invocation.settingFilePath()
    var file = try SettingFile(at: path)
    for change in changes { file.set(change.name, to: change.value) }
    try file.save()
    let json = JSON.object([
      JSON.Member("path", .string(path)),
      JSON.Member("set", .object(changes.map { JSON.Member($0.name, .string($0.value)) })),
    ])
    if try !invocation.answered(json) {
      for change in changes { try invocation.console.line("\(change.name)=\(change.value)") }
      try invocation.console.line("written to \(path); a node that runs knows at its next start")
    }
    let now = try Configuration.load(invocation)
    for (name, _) in changes {
      if case .file(let place, _) = now.origin[name], place == path { continue }
      let origin = now.origin[name]?.description ?? "another file"
      invocation.console.tell("\(name) is set elsewhere too, and that counts more: \(origin)")
    }
    return .success
  }
}

extension Invocation {
  /// The file of settings that is read here, or would be if it were there.
  func settingFilePath() throws(Failure) -> String {
    if let path = value(.config) { return environment.absolute(path) }
    if let path = environment.configurationFile ?? environment.ownConfigurationFile {
      return path
    }
    throw Failure(.unavailable, "no-home", "HOME is not set: name a file by --config")
  }
}

extension MonthlyPrices {
  fileprivate func month(of size: MachineSize) -> Money {
    Money(
      units: core.units * size.cpu + memoryGiB.units * size.memoryGiB
        + diskGiB.units * size.diskGiB)
  }
}

extension Money {
  private static let hoursAMonth: Int64 = 730

  fileprivate var anHour: Money { Money(units: Self.halfUp(units, Self.hoursAMonth)) }

  /// To four digits behind the point.
  fileprivate var short: String {
    Money(units: Self.halfUp(units, 10_000) * 10_000).description
  }

  private static func halfUp(_ units: Int64, _ divisor: Int64) -> Int64 {
    (units + divisor / 2) / divisor
  }
}

extension JSON {
  /// A number, as the API has it.
  fileprivate static func money(_ amount: Money) -> JSON {
    guard let json = try? JSON(parsing: Array(amount.description.utf8)) else {
      preconditionFailure("an amount is written as a number")
    }
    return json
  }
}
