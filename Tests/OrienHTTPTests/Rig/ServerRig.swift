import OrienSystem
import Synchronization

@testable import OrienHTTP

/// A server with the sample handler on a loop of its own, for clients over real sockets.
final class ServerRig: Sendable {
  /// What belongs to the rig's loop.
  struct Site: @unchecked Sendable {
    let server: HTTPServer
    let handler: SampleHandler
    let loop: Loop
  }

  let address: NetworkAddress
  private let site: Site
  private let thread: Thread

  init(
    _ limits: HTTPLimits = HTTPLimits(), origins: OriginPolicy = OriginPolicy(),
    on address: String = "127.0.0.1:0", isHeld: Bool = false
  ) throws {
    let loop = try Loop()
    let handler = SampleHandler()
    handler.loop = loop
    let server = HTTPServer(
      on: loop, limits: limits, origins: origins, errorBody: SampleHandler.errorBody,
      handler: handler)
    if isHeld { server.hold() }
    self.address = try server.listen(on: NetworkAddress(address)!)
    site = Site(server: server, handler: handler, loop: loop)
    thread = Thread("test-server") { loop.run() }
  }

  /// Ends the loop. What it held is let go of by whoever comes last.
  func stop() {
    site.loop.stop()
    thread.join()
  }

  /// Runs `body` on the loop and gives back its result.
  func onLoop<Result: Sendable>(_ body: @escaping @Sendable (Site) -> Result) -> Result {
    let results = Channel<Result>()
    site.loop.post { [site] in results.send(body(site)) }
    return results.receive()!
  }

  /// Returns when `condition` holds on the loop; false where it does not for 20 seconds.
  func waits(_ condition: @escaping @Sendable (Site) -> Bool) -> Bool {
    let results = Channel<Bool>()
    let end = Instant.now + .seconds(20)
    @Sendable func look() {
      if condition(site) {
        results.send(true)
      } else if Instant.now > end {
        results.send(false)
      } else {
        _ = site.loop.schedule(after: .milliseconds(1), look)
      }
    }
    site.loop.post { look() }
    return results.receive()!
  }

  /// Shuts the server down and returns when no connection is left.
  func shutDown(within bound: Duration = .seconds(10)) {
    let done = Channel<Void>()
    site.loop.post { [site] in site.server.shutDown(within: bound) { done.send(()) } }
    _ = done.receive()
  }

  func connect() throws -> Client { try Client(address) }

  /// The answers to `text` on a connection of its own, read to the connection's end.
  func answers(_ text: String) throws -> [Response] {
    let client = try connect()
    client.send(text)
    client.finishSending()
    return Response.all(in: client.receiveToEnd())
  }
}
