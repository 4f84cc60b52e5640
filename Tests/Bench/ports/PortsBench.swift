import OrienModel
import OrienNode
import OrienSystem

/// The node's own proxy alone, for a bench to send through:
///
///     bench-ports PORT TARGET-PORT
///
/// Ends with SIGTERM, and says on standard error the longest turn that its thread has taken, in
/// microseconds: what an API call would have waited for, were the thread the node's.
@main
enum PortsBench {
  static func main() throws {
    let words = CommandLine.arguments
    guard words.count == 3, let port = UInt16(words[1]), let target = UInt16(words[2]) else {
      fatalError("usage: bench-ports PORT TARGET-PORT")
    }
    let signals = try Signals()
    _ = try OpenFiles.raiseBound()
    let loop = try Loop()
    var limits = TCPProxyLimits()
    limits.sessions = 2048
    limits.sessionsPerLease = 2048
    let here = NetworkAddress(host: [127, 0, 0, 1], port: 0)
    let proxy = try TCPProxy(
      at: .only([here]), limits, loop: loop,
      log: Log(level: .error, format: .text, descriptor: 2))
    let lease = PortLease(
      name: "bench", port: port, targetHost: "127.0.0.1", targetPort: target)
    proxy.open(lease) { result in
      guard case .success = result else { fatalError("\(result)") }
    }
    try signals.deliver(on: loop) { _ in
      proxy.slowestTurn { result in
        guard case .success(let turn) = result else { fatalError("\(result)") }
        try? StandardStream.errors.write("turn \(turn.clampedNanoseconds / 1000)\n")
        loop.stop()
      }
    }
    loop.run()
    proxy.shutDown()
  }
}
