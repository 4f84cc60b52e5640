public import OrienKit
internal import Synchronization

/// A backend of vm/1 whose machines all are one that stands already: an address that its manifest has.
private let plugin = Plugin(
  id: "test.backend.standing", version: "1.0.0", concurrency: 4,
  settings: .text("host", "Where SSH is asked for", default: "127.0.0.1"),
  .integer("port", "Its port", default: 22),
  open: { (call, host, port) in Machines(host: host, port: port) }
) {
  Handler.operation("probe", of: "vm/1", "Says that it can.") { (call, machines: Machines) in
    ["engine": "standing", "available": true]
  }
  Handler.operation(
    "launch", of: "vm/1", "Has one more.", .text("name", "Its name")
  ) { (call, machines: Machines, name) in
    machines.names.withLock { _ = $0.insert(name) }
    return ["machine": machines.told(name)]
  }
  Handler.operation("list", of: "vm/1", "Lists them.") { (call, machines: Machines) in
    ["machines": .array(machines.names.withLock { $0.sorted() }.map(machines.told))]
  }
  Handler.operation(
    "info", of: "vm/1", "Tells of one.", .text("name", "Which")
  ) { (call, machines: Machines, name) in ["machine": try machines.one(name)] }
  Handler.operation(
    "start", of: "vm/1", "Leaves one as it is.", .text("name", "Which")
  ) { (call, machines: Machines, name) in ["machine": try machines.one(name)] }
  Handler.operation(
    "stop", of: "vm/1", "Leaves one as it is.", .text("name", "Which")
  ) { (call, machines: Machines, name) in ["machine": try machines.one(name)] }
  Handler.operation(
    "delete", of: "vm/1", "Has one less.", .text("name", "Which")
  ) { (call, machines: Machines, name) in
    ["existed": .bool(machines.names.withLock { $0.remove(name) != nil })]
  }
}

private final class Machines: Sendable {
  let host: String
  let port: Int
  let names = Mutex<Set<String>>([])

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  func told(_ name: String) -> JSON {
    [
      "name": .string(name), "state": "running", "address": .string(host),
      "ssh_host": .string(host), "ssh_port": .integer(port), "cpu": 1,
      "memory_bytes": .integer(1 << 30), "disk_bytes": .integer(10 << 30),
    ]
  }

  func one(_ name: String) throws(Failure) -> JSON {
    guard names.withLock({ $0.contains(name) }) else {
      throw Failure(.notFound, "there is no machine \(name)")
    }
    return told(name)
  }
}

@c @implementation
public func orien_plugin_v1() -> UnsafePointer<orien_plugin>? { plugin.table }
