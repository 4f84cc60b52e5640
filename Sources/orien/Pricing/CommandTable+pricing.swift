import OrienModel

// The rows of what machines cost.
extension Command {
  static let pricing: [Command] = [
    Command(
      "pricing show", "Show what machines cost, and what this one earns where all is rented",
      options: [.config, .json, .url, .keyFile],
      examples: [
        Example("orien pricing show", "As the node has it, or the settings where none runs"),
        Example("orien pricing show --json", "With wei a second, as streams have to pay"),
      ], run: showPrices),
    Command(
      "pricing set", "Set what machines cost, in orien.conf",
      options: PriceFlag.all.flatMap(\.options) + [.dev, .config, .json],
      examples: [
        Example(
          "orien pricing set --usd-per-core 12 --usd-per-mem 4 --usd-per-disk 0.1",
          "In US dollars a month, and what that would earn; a node has them from its next start on")
      ], run: setPrices),
  ]
}

/// A price that can be set, by whichever of its names.
struct PriceFlag: Sendable {
  let setting: String
  let options: [Option]

  static let all = [
    PriceFlag("PRICE_USD_PER_CORE_MONTH", "a processor", "usd-per-core", "core-usd"),
    PriceFlag("PRICE_USD_PER_GB_RAM_MONTH", "a GB of memory", "usd-per-mem", "ram-usd"),
    PriceFlag(
      "PRICE_USD_PER_GB_STORAGE_MONTH", "a GB of disk", "usd-per-disk", "usd-per-storage",
      "storage-usd"),
    PriceFlag("PRICE_GLM_PER_CORE_MONTH", "a processor, in GLM", "glm-per-core"),
    PriceFlag("PRICE_GLM_PER_GB_RAM_MONTH", "a GB of memory, in GLM", "glm-per-mem"),
    PriceFlag("PRICE_GLM_PER_GB_STORAGE_MONTH", "a GB of disk, in GLM", "glm-per-disk"),
  ]

  private init(_ setting: String, _ what: String, _ names: String...) {
    self.setting = setting
    options = names.enumerated().map { place, name in
      Option(name, value: "AMOUNT", place == 0 ? "A month of \(what)" : "The same")
    }
  }

  /// What was given for it; nil: nothing.
  func amount(_ invocation: Invocation) throws(Failure) -> (name: String, text: String)? {
    let given = options.compactMap { option in
      invocation.value(option).map { (option.name, $0) }
    }
    guard given.count <= 1 else {
      throw .usage(
        "--\(given[0].0) and --\(given[1].0) are the same: expected one", invocation.command)
    }
    return given.first
  }
}

extension Option {
  static let dev = Option("dev", "Refused: a node has one file of settings, named by --config")
}
