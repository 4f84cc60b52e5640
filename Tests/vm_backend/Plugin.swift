public import OrienKit
internal import Synchronization

/// A backend of vm/1 that only remembers: machines that run as soon as they are asked for, at which nobody
/// listens.
private let plugin = Plugin(
  id: "test.backend.vm", version: "1.0.0", concurrency: 2,
  settings: .text("address", "Where its machines say they are", default: "127.0.0.1"),
  open: { _, address in Machines(address: address) }
) {
  Handler.operation("probe", of: "vm/1", "Says whether it can.") { _, _ in
    ["engine": "memory", "available": true]
  }
  Handler.operation("launch", of: "vm/1", "Makes one.", .text("name", "Which")) {
    (call, machines: Machines, name) in
    let isNew = machines.states.withLock { states in
      guard states[name] == nil else { return false }
      states[name] = "running"
      return true
    }
    if !isNew { throw Failure(.conflict, "there is one of that name", reason: "exists") }
    return ["machine": try machines.machine(name)]
  }
  Handler.operation("list", of: "vm/1", "Lists them.") { (call, machines: Machines) in
    let names = machines.states.withLock { Array($0.keys) }
    return ["machines": .array(try names.map { try machines.machine($0) })]
  }
  Handler.operation("info", of: "vm/1", "Shows one.", .text("name", "Which")) {
    (call, machines: Machines, name) in
    ["machine": try machines.machine(name)]
  }
  Handler.operation("start", of: "vm/1", "Starts one.", .text("name", "Which")) {
    (call, machines: Machines, name) in
    ["machine": try machines.turn(name, "running")]
  }
  Handler.operation("stop", of: "vm/1", "Stops one.", .text("name", "Which")) {
    (call, machines: Machines, name) in
    ["machine": try machines.turn(name, "stopped")]
  }
  Handler.operation("delete", of: "vm/1", "Deletes one.", .text("name", "Which")) {
    (call, machines: Machines, name) in
    ["existed": .bool(machines.states.withLock { $0.removeValue(forKey: name) != nil })]
  }
}

private final class Machines: Sendable {
  let address: String
  let states = Mutex<[String: String]>([:])

  init(address: String) { self.address = address }

  func machine(_ name: String) throws -> JSON {
    guard let state = states.withLock({ $0[name] }) else {
      throw Failure(.notFound, "there is no \(name)")
    }
    return [
      "name": .string(name), "state": .string(state), "address": .string(address),
      "ssh_host": .string(address), "ssh_port": 22,
    ]
  }

  func turn(_ name: String, _ state: String) throws -> JSON {
    states.withLock { if $0[name] != nil { $0[name] = state } }
    return try machine(name)
  }
}

@c @implementation
public func orien_plugin_v1() -> UnsafePointer<orien_plugin>? { plugin.table }
