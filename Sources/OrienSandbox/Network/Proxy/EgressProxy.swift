import OrienModel
package import OrienSystem

/// The only way out of one jail that may use the network: it takes the connections of a socket
/// inside the jail, and connects to what the jail's policy names. Belongs to the loop's thread.
///
/// It speaks HTTP (CONNECT, and requests for `http://`) and SOCKS5 on the one port. It is closed
/// before it is let go of, at the jail's end.
package final class EgressProxy {
  let loop: Loop
  let policy: EgressPolicy
  let limits: EgressLimits
  let lookups: EgressLookups
  private(set) var journal: EgressJournal
  /// So far; what is on its way is counted as it passes.
  package internal(set) var counts = EgressCounts()
  private var listener: Listener?
  private var watch: Watch?
  private var pause: Timer?
  private var connections: [ObjectIdentifier: EgressConnection] = [:]
  /// What is read of openings, before it is anybody's.
  var scratch = [UInt8](repeating: 0, count: 4 << 10)

  private static let pauseDuration: Duration = .milliseconds(100)

  /// Takes over `descriptor`, a socket that listens, of whatever network namespace. `fields` stand
  /// on each line of the log. The resolver lives longer than the proxy.
  package init(
    on descriptor: consuming Descriptor, policy: EgressPolicy, limits: EgressLimits = .init(),
    resolver: Resolver, loop: Loop, log: Log, fields: [String: String] = [:]
  ) throws(SystemError) {
    self.loop = loop
    self.policy = policy
    self.limits = limits
    lookups = EgressLookups(resolver)
    journal = EgressJournal(log, fields)
    let listener = try Listener(adopting: descriptor)
    let raw = listener.descriptor.raw
    self.listener = consume listener
    watch = try loop.watch(raw, .read) { [unowned self] in deliver($0) }
  }

  deinit {
    precondition(watch == nil && connections.isEmpty, "a proxy is closed before it is let go of")
  }

  /// Connections at this moment, those that are still being asked for included.
  package var openConnections: Int { connections.count }

  /// Ends everything at once, and says what it was.
  @discardableResult package func close() -> EgressCounts {
    guard listener != nil else { return counts }
    stopListening()
    for connection in connections.values { connection.end(because: "the jail has ended") }
    journal.conclude(counts)
    return counts
  }

  private func stopListening() {
    pause?.cancel()
    pause = nil
    watch?.cancel()
    watch = nil
    listener = nil
  }

  private func deliver(_ readiness: Readiness) {
    guard !readiness.isBroken else {
      // Somebody has shut it down: it would say so for ever.
      watch?.cancel()
      watch = nil
      return note(.warning, "the network proxy of a jail takes no more connections", [:])
    }
    while connections.count < limits.connections {
      do throws(SystemError) {
        guard let socket = try accept() else { return }
        try admit(socket)
      } catch {
        return endure(error)
      }
    }
    watch?.change(to: [])
  }

  private func accept() throws(SystemError) -> Socket? {
    guard listener != nil else { return nil }
    return try listener!.accept()
  }

  private func admit(_ socket: consuming Socket) throws(SystemError) {
    let connection = EgressConnection(self)
    try connection.start(socket)
    connections[ObjectIdentifier(connection)] = connection
  }

  /// Waits until there are descriptors again. Other errors of a listener can only pass, too.
  private func endure(_ error: SystemError) {
    note(.warning, "a jail's connection cannot be taken just now", ["error": "\(error)"])
    watch?.change(to: [])
    pause = loop.schedule(after: Self.pauseDuration) { [unowned self] in
      pause = nil
      watch?.change(to: .read)
    }
  }

  // MARK: From its connections

  func ended(_ connection: EgressConnection) {
    connections[ObjectIdentifier(connection)] = nil
    if pause == nil { watch?.change(to: .read) }
  }

  func note(_ level: Log.Level, _ message: String, _ fields: [String: String]) {
    journal.note(level, message, fields, at: loop.now)
  }
}
