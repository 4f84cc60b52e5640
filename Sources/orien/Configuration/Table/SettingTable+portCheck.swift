import OrienAPI
import OrienModel

// Of `orien port-check serve`.
extension Setting {
  static let portChecking: [Setting] = [
    Setting(
      "PORT_CHECKER_HOST", \.portChecker.host, .host,
      "The address at which `orien port-check serve` listens"),
    Setting(
      "PORT_CHECKER_PORT", \.portChecker.port, .whole(0...65535),
      "The port at which it listens; 0 takes a free one"),
    Setting(
      "PORT_CHECKER_DEBUG", \.portChecker.isDebug, .flag, "It logs as LOG_LEVEL=debug does"),
    Setting(
      "PORT_CHECKER_ALLOW", \.portChecker.allowed, .list(of: .network),
      "Networks whose addresses anybody may have checked; else each only its own"),
    Setting(
      "PORT_CHECKER_RELAY_TOKEN", \.portChecker.relayToken, .optional(.text),
      "Who sends it has requests passed on to providers that DISCOVERY_URL knows", isSecret: true),
    Setting(
      "PORT_CHECKER_RELAY_PORTS", \.portChecker.relay.ports, .list(of: .ports),
      "Their ports to which that may be"),
    Setting(
      "PORT_CHECKER_RELAY_RATE_LIMIT_PER_MINUTE", \.portChecker.limits.relaysPerMinute,
      .whole(1...1_000_000), "Requests to be passed on in a minute, of each address"),
    Setting(
      "PORT_CHECKER_RATE_LIMIT_PER_MINUTE", \.portChecker.limits.requestsPerMinute,
      .whole(1...1_000_000), "Checks in a minute, of each address"),
  ]
}
