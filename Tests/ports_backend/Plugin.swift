public import OrienKit
internal import Synchronization

/// A backend of proxy/1 that only remembers. What it says in `probe` its manifest decides; a port below
/// 1024 is taken, and port 1024 breaks it.
private let plugin = Plugin(
  id: "test.backend.ports", version: "1.0.0", concurrency: 2,
  settings: .text("reason", "Why it is not available; empty: it is", default: ""),
  open: { _, reason in Ports(reason: reason) }
) {
  Handler.operation("probe", of: "proxy/1", "Says whether it can.") { _, ports in
    [
      "engine": "memory", "available": .bool(ports.reason.isEmpty),
      "reason": .string(ports.reason),
    ]
  }
  Handler.operation(
    "open", of: "proxy/1", "Opens one.",
    .text("name", "Whose"), .integer("port", "Which"), .text("target_host", "Where to"),
    .integer("target_port", "Its port")
  ) { (call, ports: Ports, name, port, host, targetPort) in
    if port == 1024 { throw Failure(.denied, "it is broken") }
    if port < 1024 { throw Failure(.conflict, "\(port) is taken", reason: "port-taken") }
    ports.open.withLock {
      $0[name] = [
        "name": .string(name), "port": .integer(port), "target_host": .string(host),
        "target_port": .integer(targetPort),
      ]
    }
    return [:]
  }
  Handler.operation(
    "close", of: "proxy/1", "Closes one.", .text("name", "Whose")
  ) { (call, ports: Ports, name) in
    ["existed": .bool(ports.open.withLock { $0.removeValue(forKey: name) != nil })]
  }
  Handler.operation("list", of: "proxy/1", "Lists them.") { (call, ports: Ports) in
    ["open": .array(ports.open.withLock { Array($0.values) })]
  }
  Handler.operation("stats", of: "proxy/1", "Counts.") { (call, ports: Ports) in
    let traffic = ports.open.withLock { open in
      open.keys.map { name -> JSON in
        ["name": .string(name), "connections": 3, "bytes_in": 1_000_000_007, "bytes_out": 5]
      }
    }
    return ["traffic": .array(traffic)]
  }
}

private final class Ports: Sendable {
  let reason: String
  let open = Mutex<[String: JSON]>([:])

  init(reason: String) { self.reason = reason }
}

@c @implementation
public func orien_plugin_v1() -> UnsafePointer<orien_plugin>? { plugin.table }
