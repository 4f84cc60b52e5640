import Foundation
import OrienKernel
import OrienModel
import OrienNode
import OrienTestKit
import Testing

@Suite("Ports of a backend", .timeLimit(.minutes(2)))
struct RolePortProxyTests {
  private func using(
    reason: String = "", hasBackend: Bool = true, _ body: (World) throws -> Void
  ) throws {
    var settings = World.Settings()
    if hasBackend {
      settings.libraries = [
        .built(
          "ports_backend",
          manifest: #"{"isolation": "node", "config": {"reason": "\#(reason)"}}"#)
      ]
    }
    settings.roles = RoleChoice(pages: [try Self.page()])
    let world = try World(settings)
    defer { try? world.close() }
    try body(world)
  }

  private static func page() throws -> RolePage {
    let tree = (0..<4).reduce(URL(filePath: #filePath)) { path, _ in
      path.deletingLastPathComponent()
    }
    let page = tree.appending(path: "Sources/COrienABI/Roles/proxy.1.json")
    return try RolePage(parsing: Array(Data(contentsOf: page)))
  }

  private func lease(_ name: String, port: UInt16) -> PortLease {
    PortLease(name: name, port: port, targetHost: "10.0.0.2", targetPort: 22)
  }

  private func failure(_ body: () throws -> Void) -> Failure? {
    do { try body() } catch { return error as? Failure }
    return nil
  }

  @Test("A lease is opened, listed, counted and closed")
  func asked() throws {
    try using { world in
      let proxy = RolePortProxy(engine: "memory", kernel: world.kernel)
      let lease = lease("vm", port: 50800)
      try world.loop.answer { proxy.open(lease, then: $0) }
      #expect(try world.loop.answer { proxy.list(then: $0) } == [lease])
      let counted = PortTraffic(
        name: "vm", connections: 3, bytesIn: 1_000_000_007, bytesOut: 5)
      #expect(try world.loop.answer { proxy.traffic(then: $0) } == [counted])
      #expect(try world.loop.answer { proxy.close("vm", then: $0) })
      #expect(try !world.loop.answer { proxy.close("vm", then: $0) })
      #expect(try world.loop.answer { proxy.list(then: $0) }.isEmpty)
    }
  }

  @Test("A port that is taken is told so, and what its page does not list is its own fault")
  func failed() throws {
    try using { world in
      let proxy = RolePortProxy(engine: "memory", kernel: world.kernel)
      let taken = failure {
        try world.loop.answer { proxy.open(lease("vm", port: 80), then: $0) }
      }
      #expect(taken?.code == .conflict && taken?.reason == "port-taken")
      let broken = failure {
        try world.loop.answer { proxy.open(lease("vm", port: 1024), then: $0) }
      }
      #expect(broken?.reason == "backend-misbehaved")
    }
  }

  @Test("Auto is the backend that can, and the node's own where none can, with the reason")
  func auto() throws {
    try using { world in
      guard case .role(let engine) = try world.choose(.auto) else { throw Another() }
      #expect(engine == "memory")
    }
    try using(reason: "no nginx here") { world in
      guard case .tcp(let reason) = try world.choose(.auto) else { throw Another() }
      #expect(reason?.message == "no nginx here")
    }
    try using(hasBackend: false) { world in
      guard case .tcp(let reason) = try world.choose(.auto) else { throw Another() }
      #expect(reason?.reason == "no-backend")
    }
  }

  @Test("Who names a proxy gets that one or none")
  func named() throws {
    try using { world in
      guard case .role("memory") = try world.choose(.engine("memory")) else { throw Another() }
      #expect(failure { _ = try world.choose(.engine("nginx")) }?.reason == "no-backend")
      guard case .tcp(nil) = try world.choose(.tcp) else { throw Another() }
    }
    try using(reason: "no nginx here") { world in
      let refusal = failure { _ = try world.choose(.engine("memory")) }
      #expect(refusal?.code == .unavailable && refusal?.message == "no nginx here")
    }
  }

  @Test("The setting is read as it is written", arguments: ["auto", "tcp", "nginx", "ha-proxy2"])
  func read(_ text: String) { #expect(PortBackend(text)?.text == text) }

  @Test("What names no proxy is refused", arguments: ["", "Nginx", "a b", "x/1"])
  func refused(_ text: String) { #expect(PortBackend(text) == nil) }
}

private struct Another: Error {}

extension World {
  fileprivate func choose(_ wanted: PortBackend) throws(Failure) -> PortBackend.Choice {
    try loop.answer { wanted.choose(of: kernel, on: loop, then: $0) }
  }
}
