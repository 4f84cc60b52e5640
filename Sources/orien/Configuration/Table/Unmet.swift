import OrienModel
import OrienNode

/// What the other system's providers of machines can be told, and this node does nothing with: why, and
/// what to do in its place. A setting that is there counts before any of these.
enum Unmet {
  private struct Group {
    let reason: String
    let names: Set<String>
    var beginnings: [String] = []
  }

  private static let groups = [
    Group(
      reason: "which machine a stream pays for is known for as long as there is the machine",
      names: ["STREAM_REMOVE_MAPPING_ON_EXHAUSTED"]),
    Group(
      reason:
        "Golem Base is not supported yet: nothing is advertised there, but by DISCOVERY_URL and"
        + " backends of advertise/1", names: ["ADVERTISER_TYPE"],
      beginnings: ["GOLEM_BASE_"]),
    Group(
      reason:
        "prices follow at one interval wherever they are told: PRICING_UPDATE_INTERVAL_SECONDS",
      names: [golemBaseInterval]),
    Group(
      reason: "what must succeed is tried until it does, after RETRY_DELAY_SECONDS and then later",
      names: ["RETRY_ATTEMPTS"]),
  ]

  private static let golemBaseInterval = "PRICING_UPDATE_INTERVAL_GOLEM_BASE"

  /// Without the other system's prefix; nil where it has none.
  private static func rest(of name: String) -> String? {
    if name == "ADVERTISER_TYPE" || name == golemBaseInterval || name.hasPrefix("GOLEM_BASE_") {
      return name
    }
    return name.hasPrefix(Prefixed.prefix) ? String(name.dropFirst(Prefixed.prefix.count)) : nil
  }

  /// Why a name has no effect; nil where nobody knows the name.
  static func reason(of name: String) -> String? {
    guard let rest = rest(of: name) else { return nil }
    return groups.first { group in
      group.names.contains(rest) || group.beginnings.contains(where: rest.hasPrefix)
    }?.reason
  }

  /// One line for each reason, however many names have it.
  static func warnings(of names: [String]) -> [String] {
    var lines: [String] = []
    for reason in groups.map(\.reason) {
      let own = names.filter { Self.reason(of: $0) == reason }
      if !own.isEmpty { lines.append("\(own.joined(separator: ", ")): \(reason)") }
    }
    return lines
  }
}

/// What is said otherwise in that system's words than in this node's.
enum Translated {
  static let names: Set<String> = ["GOLEM_PROVIDER_DEBUG", "GOLEM_ENVIRONMENT"]

  /// The setting that stands for it, and its value; nil where it asks for what is so anyway.
  static func setting(_ name: String, _ value: String) -> (name: String, value: String)? {
    guard name == "GOLEM_PROVIDER_DEBUG" else { return ("ENVIRONMENT", value) }
    switch Format<Bool>.flag.parse(value) {
    case true?: return ("LOG_LEVEL", "debug")
    case false?: return nil
    case nil: return ("LOG_LEVEL", value)
    }
  }
}

extension Configuration {
  /// A chain of one's own may stand still; and who rents by a stream has to find one taken.
  mutating func takePayments() throws(Failure) {
    if payments.network == "dev", origin["STREAM_STALE_SECONDS"] == nil {
      payments.staleAfter = nil
    }
    if payments.microUnitWei != nil, !payments.isOn {
      warnings.append("MICRO_UNIT_WEI: streams pay for nothing where PAYMENTS_NETWORK is none")
    }
    guard machines.access != .stream || payments.isOn else {
      throw Failure(
        .invalid, "configuration",
        "VM_ACCESS=stream: streams pay for nothing where PAYMENTS_NETWORK is none")
    }
  }

  /// What development means where nothing else is said, once everything is read.
  mutating func takeMode() {
    guard machines.environment == "development" else { return }
    let mark = "DEVMODE-"
    if !providerName.hasPrefix(mark) { providerName = mark + providerName }
    if origin["NETWORK"] == nil { machines.network = "development" }
  }
}
