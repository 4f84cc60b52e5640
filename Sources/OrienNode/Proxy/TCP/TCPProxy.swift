package import OrienModel
package import OrienSystem

/// Lends ports by connections of the node's own: what is used where no other proxy is.
///
/// What passes does so on a thread of its own, by a loop of its own, so that nobody who asks the node
/// for something waits behind the bytes of others. Belongs to the node's loop; `shutDown` ends it.
package final class TCPProxy: PortProxy {
  package let engine = "tcp"
  private let loop: Loop
  private let far: Loop
  private let ports: PortTable
  private var thread: Thread?

  /// Where it listens for each lease: at every address, of IPv6 too where the machine has it, or at
  /// these, whose ports mean nothing.
  package enum Place: Sendable {
    case everywhere
    case only([NetworkAddress])
  }

  package init(
    at place: Place = .everywhere, _ limits: TCPProxyLimits = .init(), loop: Loop, log: Log
  ) throws(SystemError) {
    self.loop = loop
    far = try Loop()
    ports = PortTable(place, limits, loop: far, log: log)
    thread = try Thread(orFailing: "ports", stackBytes: 512 << 10) { [far] in far.run() }
  }

  deinit { precondition(thread == nil, "a proxy is shut down before it is let go of") }

  package func open(_ lease: PortLease, then answer: @escaping (Result<Void, Failure>) -> Void) {
    ask(answer) { ports throws(Failure) in try ports.open(lease) }
  }

  package func close(_ name: String, then answer: @escaping (Result<Bool, Failure>) -> Void) {
    ask(answer) { ports in ports.close(name) }
  }

  package func list(then answer: @escaping (Result<[PortLease], Failure>) -> Void) {
    ask(answer) { ports in ports.leases }
  }

  /// As it is now, of sessions that go on too.
  package func traffic(then answer: @escaping (Result<[PortTraffic], Failure>) -> Void) {
    ask(answer) { ports in ports.traffic }
  }

  /// The longest that one turn of its thread has taken since this was last asked: what others would
  /// have waited for, were it theirs.
  package func slowestTurn(then answer: @escaping (Result<Duration, Failure>) -> Void) {
    ask(answer) { ports in ports.loop.takeSlowestTurn() }
  }

  /// Ends everything at once.
  package func shutDown() {
    guard let thread else { return }
    far.post { [ports] in ports.closeAll() }
    far.stop()
    thread.join()
    self.thread = nil
  }

  /// Runs `body` where the ports are, and answers here.
  private func ask<Value: Sendable>(
    _ answer: @escaping (Result<Value, Failure>) -> Void,
    _ body: @escaping @Sendable (PortTable) throws(Failure) -> Value
  ) {
    guard thread != nil else {
      let over = Failure(.unavailable, "draining", "the node's proxy has ended")
      return loop.soon { answer(.failure(over)) }
    }
    let reply = loop.reply(answer)
    far.post { [ports] in reply(Result { () throws(Failure) in try body(ports) }) }
  }
}
