/// The names that settings have in the system whose providers of machines this node takes the place of.
/// Where both are set in one place, the prefixed one counts.
enum Prefixed {
  static let prefix = "GOLEM_PROVIDER_"
  /// Those that are named another way there.
  private static let others = [
    "NAME": "PROVIDER_NAME", "COUNTRY": "PROVIDER_COUNTRY", "ID": "PROVIDER_ID",
    "RATE_LIMIT_PER_MINUTE": "VM_RATE_LIMIT_PER_MINUTE",
    "DISCOVERY_ADVERTISEMENT_INTERVAL": "ADVERTISEMENT_INTERVAL",
    "PRICING_UPDATE_INTERVAL_DISCOVERY": "PRICING_UPDATE_INTERVAL_SECONDS",
    "L2_RPC_URL": "POLYGON_RPC_URL", "KAOLIN_RPC_URL": "POLYGON_RPC_URL",
    "DEPLOYMENTS_DIR": "GOLEM_DEPLOYMENTS_DIR",
  ]
  /// Those of them that are there without the prefix too.
  private static let bare: Set<String> = [
    "DISCOVERY_ADVERTISEMENT_INTERVAL", "PRICING_UPDATE_INTERVAL_DISCOVERY", "L2_RPC_URL",
    "KAOLIN_RPC_URL",
  ]
  private static let parts =
    Setting.machines + Setting.payments + Setting.chain + Setting.collections + Setting.prices
    + Setting.faucets + Setting.reach
  /// Beside those of machines.
  private static let common: Set<String> = ["HOST", "PORT", "PROVIDER_NAME", "PROVIDER_ID"]

  /// The setting's own name; nil where it has no other.
  static func rest(of name: String) -> String? {
    let isBare = bare.contains(name)
    guard isBare || name.hasPrefix(prefix) else { return nil }
    let rest = isBare ? name : String(name.dropFirst(prefix.count))
    let own = others[rest] ?? rest
    let isKnown = common.contains(own) || parts.contains { $0.name == own }
    return isKnown ? own : nil
  }
}
