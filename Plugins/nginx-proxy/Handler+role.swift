internal import OrienKit
internal import Synchronization

// The operations of proxy/1.

extension Handler<Proxy> {
  private static let role = "proxy/1"

  static let probe = operation(
    "probe", of: role, "Says whether nginx runs and reads what is ours."
  ) { call, proxy in
    var told: [String: JSON] = ["engine": "nginx", "available": true]
    do throws(Failure) {
      told["version"] = .string(try proxy.nginx.version(call))
      try proxy.probe(call)
    } catch {
      told["available"] = false
      told["reason"] = .string(error.message)
    }
    return .object(told)
  }

  static let open = operation(
    "open", of: role, "Has nginx lend a port.",
    .text("name", "Whose"), .integer("port", "Which"),
    .text("host", "Where it listens; empty: everywhere", default: ""),
    .text("target_host", "The address that it leads to"), .integer("target_port", "Its port")
  ) { (call: borrowing Call, proxy: Proxy, name, port, host, targetHost, targetPort) in
    try proxy.changing.withLock { _ throws(Failure) in
      try proxy.open(
        name, port: port, host: host, target: (host: targetHost, port: targetPort), call)
    }
    return [:]
  }

  static let close = operation(
    "close", of: role, "Has nginx lend a port no more, and ends its sessions.",
    .text("name", "Whose")
  ) { (call: borrowing Call, proxy: Proxy, name) in
    let existed = try proxy.changing.withLock { _ throws(Failure) in
      try proxy.close(name, call)
    }
    return ["existed": .bool(existed)]
  }

  static let list = operation("list", of: role, "Lists the ports that nginx lends.") {
    (call: borrowing Call, proxy: Proxy) in
    ["open": .array(try proxy.open(call).map(\.told))]
  }

  static let stats = operation("stats", of: role, "Tells what ended sessions had.") {
    (call: borrowing Call, proxy: Proxy) in
    ["traffic": try proxy.traffic(call).told]
  }
}
