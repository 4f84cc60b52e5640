import Glibc
import OrienModel
import OrienNode
import OrienSystem
import OrienTestKit

/// The node's own proxy on loopback, asked as the node asks it.
final class Ports {
  let loop: Loop
  let proxy: TCPProxy

  init(_ limits: TCPProxyLimits = .init(), at hosts: String...) throws {
    loop = try Loop()
    let hosts = hosts.isEmpty ? ["127.0.0.1:0"] : hosts
    proxy = try TCPProxy(
      at: hosts == ["everywhere"] ? .everywhere : .only(hosts.compactMap { NetworkAddress($0) }),
      limits, loop: loop,
      log: Log(level: .error, format: .text, descriptor: STDERR_FILENO))
  }

  deinit { proxy.shutDown() }

  /// Opens a free port to the target, and says which.
  @discardableResult
  func open(_ name: String, to target: UInt16, on port: UInt16? = nil) throws -> UInt16 {
    let port = try port ?? LentPorts.one()
    let lease = PortLease(
      name: name, port: port, targetHost: "127.0.0.1", targetPort: target)
    try loop.answer { proxy.open(lease, then: $0) }
    return port
  }

  @discardableResult
  func close(_ name: String) throws -> Bool { try loop.answer { proxy.close(name, then: $0) } }

  func leases() throws -> [PortLease] { try loop.answer { proxy.list(then: $0) } }

  func traffic(_ name: String) throws -> PortTraffic? {
    try loop.answer { proxy.traffic(then: $0) }.first { $0.name == name }
  }

  /// Waits until what went over a lease is as it is to be.
  func wait(for name: String, until holds: (PortTraffic) -> Bool) throws {
    for _ in 0..<20_000 {
      if let traffic = try traffic(name), holds(traffic) { return }
    }
    throw Failure(.internal, "no-event", "\(String(describing: try traffic(name)))")
  }

  /// A session over a lease: its client, and the target's side of it.
  func session(
    _ port: UInt16, _ target: Target
  ) throws -> (client: Stream, server: Stream) {
    (try Stream(to: port), try target.accept())
  }
}
