package import OrienModel

/// A port of this machine by which a rented one's SSH is reached.
package struct PortLease: Hashable, Sendable {
  /// The machine's, and the lease's: one machine has one.
  package var name: String
  package var port: UInt16
  package var targetHost: String
  package var targetPort: UInt16

  package init(name: String, port: UInt16, targetHost: String, targetPort: UInt16) {
    self.name = name
    self.port = port
    self.targetHost = targetHost
    self.targetPort = targetPort
  }
}

/// What went over a lease since it was opened.
package struct PortTraffic: Hashable, Sendable {
  package var name: String
  package var connections: UInt64
  package var bytesIn: UInt64
  package var bytesOut: UInt64

  package init(name: String, connections: UInt64, bytesIn: UInt64, bytesOut: UInt64) {
    self.name = name
    self.connections = connections
    self.bytesIn = bytesIn
    self.bytesOut = bytesOut
  }
}

/// What lends ports: the node's own proxy, or a backend of `proxy/1`. Each question is answered once,
/// on the loop and never before the asking returns. Failures are those of the role's page.
package protocol PortProxy: AnyObject {
  /// Such as `tcp` or `nginx`.
  var engine: String { get }
  /// Answers once the port takes connections. The same lease again is fine, another of the same name
  /// takes its place. `conflict` where somebody else has the port.
  func open(_ lease: PortLease, then answer: @escaping (Result<Void, Failure>) -> Void)
  /// Answers whether there was one, once nobody can connect any more.
  func close(_ name: String, then answer: @escaping (Result<Bool, Failure>) -> Void)
  func list(then answer: @escaping (Result<[PortLease], Failure>) -> Void)
  func traffic(then answer: @escaping (Result<[PortTraffic], Failure>) -> Void)
}
