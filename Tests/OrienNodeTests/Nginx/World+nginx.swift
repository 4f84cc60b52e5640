import Foundation
import OrienKernel
import OrienModel
import OrienNode
import OrienTestKit
import Testing

extension World {
  /// A world whose ports a real nginx lends.
  static func lending(
    by nginx: NginxRig, after before: Scratch? = nil,
    _ body: (World, RolePortProxy) throws -> Void
  ) throws {
    var settings = Settings(.built("nginx-proxy", manifest: nginx.manifest))
    settings.roles = RoleChoice(pages: [try .proxy])
    settings.hasLauncher = true
    let world = try World(settings, after: before)
    let result = Result { try body(world, RolePortProxy(engine: "nginx", kernel: world.kernel)) }
    try world.close()
    try result.get()
  }

  func open(
    _ name: String, _ port: UInt16, to target: UInt16, by proxy: RolePortProxy
  ) throws(Failure) {
    let lease = PortLease(name: name, port: port, targetHost: "127.0.0.1", targetPort: target)
    try loop.answer { proxy.open(lease, then: $0) }
  }

  @discardableResult
  func close(_ name: String, by proxy: RolePortProxy) throws(Failure) -> Bool {
    try loop.answer { proxy.close(name, then: $0) }
  }

  func leases(of proxy: RolePortProxy) throws(Failure) -> [PortLease] {
    try loop.answer { proxy.list(then: $0) }
  }

  func traffic(of name: String, by proxy: RolePortProxy) throws(Failure) -> PortTraffic? {
    try loop.answer { proxy.traffic(then: $0) }.first { $0.name == name }
  }

  func probe() throws(Failure) -> JSON { try perform("probe", of: "proxy/1") }
}

extension RolePage {
  static var proxy: RolePage {
    get throws {
      let tree = (0..<4).reduce(URL(filePath: #filePath)) { path, _ in
        path.deletingLastPathComponent()
      }
      let page = tree.appending(path: "Sources/COrienABI/Roles/proxy.1.json")
      return try RolePage(parsing: Array(Data(contentsOf: page)))
    }
  }
}

/// What `body` fails with.
func refusal(_ body: () throws -> Void) -> Failure? {
  do { try body() } catch { return error as? Failure }
  return nil
}
