import OrienModel
import OrienSystem

/// One lease: who listens for it, the sessions over it, and what went over them.
final class OpenPort {
  private(set) var lease: PortLease
  private(set) var target: NetworkAddress
  private(set) var traffic: PortTraffic
  let table: PortTable
  private var listeners: [PortListener]
  private var sessions: [ObjectIdentifier: PortSession] = [:]

  init(
    _ lease: PortLease, _ target: NetworkAddress, _ listeners: [PortListener], in table: PortTable
  ) {
    self.lease = lease
    self.target = target
    self.listeners = listeners
    self.table = table
    traffic = PortTraffic(name: lease.name, connections: 0, bytesIn: 0, bytesOut: 0)
    listen()
  }

  /// Another target behind the same port. Sessions to the one before end: its address may be
  /// somebody else's next.
  func change(to lease: PortLease, _ target: NetworkAddress) {
    self.lease = lease
    guard target != self.target else { return }
    self.target = target
    endSessions()
  }

  func move(to lease: PortLease, _ target: NetworkAddress, _ listeners: [PortListener]) {
    self.listeners = listeners
    listen()
    change(to: lease, target)
  }

  /// Takes no more connections from here on; those that are there have so long to end.
  func close(within bound: Duration) {
    listeners = []
    guard bound > .zero, !sessions.isEmpty else { return endSessions() }
    // From here on this is what holds it.
    _ = table.loop.schedule(after: bound) { [self] in endSessions() }
  }

  private func listen() {
    for listener in listeners {
      listener.admit = { [unowned self] socket in admit(socket) }
    }
  }

  private func admit(_ client: consuming Socket) {
    // Beyond the bounds a connection is closed without a word: none is known to all clients.
    guard table.hasRoom, sessions.count < table.limits.sessionsPerLease else { return }
    do throws(Socket.ConnectFailure) {
      let session = try PortSession(client, over: self)
      sessions[ObjectIdentifier(session)] = session
      table.began()
      traffic.connections += 1
    } catch {
      guard case .system(let error) = error else { return }
      for listener in listeners { listener.rest(because: "\(error)") }
    }
  }

  private func endSessions() {
    for session in Array(sessions.values) { session.cut() }
  }

  // MARK: From its sessions

  func ended(_ session: PortSession) {
    guard sessions.removeValue(forKey: ObjectIdentifier(session)) != nil else { return }
    table.ended()
  }

  func passed(inward: Int, outward: Int) {
    traffic.bytesIn += UInt64(inward)
    traffic.bytesOut += UInt64(outward)
  }
}
