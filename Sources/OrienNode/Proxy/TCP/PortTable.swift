import OrienModel
import OrienSystem

/// The leases of the node's own proxy, by name. Used on the thread of its loop alone once that runs.
final class PortTable: @unchecked Sendable {
  let loop: Loop
  let limits: TCPProxyLimits
  let log: Log
  let transits = TransitPool()
  private let place: TCPProxy.Place
  private var open: [String: OpenPort] = [:]
  /// Of all ports, those that were closed and may go on for a while included.
  private(set) var sessions = 0

  init(_ place: TCPProxy.Place, _ limits: TCPProxyLimits, loop: Loop, log: Log) {
    self.place = place
    self.limits = limits
    self.loop = loop
    self.log = log
  }

  /// Opens a port, or has the one of that name be as the lease is. Where that fails nothing has
  /// changed.
  func open(_ lease: PortLease) throws(Failure) {
    let target = try NetworkAddress(of: lease)
    if let port = open[lease.name] {
      guard port.lease != lease else { return }
      guard port.lease.port != lease.port else { return port.change(to: lease, target) }
      let listeners = try listen(on: lease.port)
      return port.move(to: lease, target, listeners)
    }
    let listeners = try listen(on: lease.port)
    open[lease.name] = OpenPort(lease, target, listeners, in: self)
  }

  func close(_ name: String) -> Bool {
    guard let port = open.removeValue(forKey: name) else { return false }
    port.close(within: limits.afterClose)
    return true
  }

  func closeAll() {
    for port in open.values { port.close(within: .zero) }
    open = [:]
    transits.empty()
  }

  var leases: [PortLease] { open.values.map(\.lease).sorted { $0.name < $1.name } }
  var traffic: [PortTraffic] { open.values.map(\.traffic).sorted { $0.name < $1.name } }

  // MARK: From its ports

  var hasRoom: Bool { sessions < limits.sessions }
  func began() { sessions += 1 }
  func ended() { sessions -= 1 }

  // MARK: Listening

  private func listen(on port: UInt16) throws(Failure) -> [PortListener] {
    var listeners: [PortListener] = []
    for (address, mayBeAbsent) in addresses(port) {
      do throws(SystemError) {
        listeners.append(try PortListener(on: address, loop: loop, log: log))
      } catch {
        guard !(mayBeAbsent && error.isAddressAbsent) else { continue }
        throw error.failure(listeningOn: address)
      }
    }
    return listeners
  }

  private func addresses(_ port: UInt16) -> [(address: NetworkAddress, mayBeAbsent: Bool)] {
    switch place {
    case .everywhere:
      [
        (NetworkAddress(host: [0, 0, 0, 0], port: port), false),
        (NetworkAddress(host: [UInt8](repeating: 0, count: 16), port: port), true),
      ]
    case .only(let hosts):
      hosts.map { host in
        var address = host
        address.port = port
        return (address, false)
      }
    }
  }
}

extension NetworkAddress {
  /// What a lease reaches.
  fileprivate init(of lease: PortLease) throws(Failure) {
    let host = lease.targetHost
    let isIPv6 = host.utf8.contains(UInt8(ascii: ":"))
    guard let address = NetworkAddress((isIPv6 ? "[\(host)]" : host) + ":\(lease.targetPort)"),
      lease.targetPort != 0, lease.port != 0
    else {
      throw Failure(
        .invalid, "bad-lease",
        "expected a port, an IP address and its port, found \(lease.port) for "
          + "\(host):\(lease.targetPort)")
    }
    self = address
  }
}

extension SystemError {
  fileprivate func failure(listeningOn address: NetworkAddress) -> Failure {
    if isAddressInUse {
      return Failure(
        .conflict, "port-taken", "somebody else has \(address) already (ss -ltnp says who)")
    }
    return Failure(.unavailable, "cannot-listen", "listening on \(address): \(self)")
  }
}
