package import OrienModel
package import OrienSystem

/// A strict HTTP/1.1 server on the loop: for a front that speaks TLS and HTTP/2, or for loopback.
///
/// Made and used on the loop's thread. It owns its listeners and connections until `shutDown`.
package final class HTTPServer {
  private let loop: Loop
  private let service: HTTPService
  private var acceptors: [Acceptor] = []
  /// Whether who connects is answered.
  package private(set) var isOpen = true

  /// `errorBody` makes the body of what the server itself refuses, so that all errors of a program
  /// look alike.
  package init(
    on loop: Loop, limits: HTTPLimits = HTTPLimits(), origins: OriginPolicy = OriginPolicy(),
    errorBody: @escaping (_ status: HTTPStatus, _ reason: String, _ message: String) -> HTTPContent,
    handler: any HTTPHandler
  ) {
    self.loop = loop
    service = HTTPService(
      handler: handler, limits: limits, origins: origins, errorBody: errorBody)
  }

  /// Who may ask by way of a browser, from the next request on.
  package var origins: OriginPolicy {
    get { service.origins }
    set { service.origins = newValue }
  }

  package var counts: HTTPCounts { service.counts }

  package var openConnections: Int { service.connections.count }

  /// Listens on one more address, and gives back the one in use: port 0 stands for any free one.
  package func listen(on address: NetworkAddress) throws(Failure) -> NetworkAddress {
    do throws(SystemError) {
      return try accept(by: try Listener(on: address))
    } catch {
      throw error.failure("listening on \(address)")
    }
  }

  /// Takes over a socket that listens, which somebody has opened who might.
  package func listen(adopting socket: consuming Descriptor) throws(Failure) -> NetworkAddress {
    do throws(SystemError) {
      return try accept(by: try Listener(adopting: socket))
    } catch {
      throw error.failure("listening")
    }
  }

  private func accept(by listener: consuming Listener) throws(SystemError) -> NetworkAddress {
    let bound = listener.address
    let acceptor = try Acceptor(listener, loop, service)
    if isOpen { try acceptor.open() }
    acceptors.append(acceptor)
    return bound
  }

  /// Lets who connects wait, unanswered and not refused, until `open`.
  package func hold() { isOpen = false }

  package func open() throws(Failure) {
    isOpen = true
    do throws(SystemError) {
      for acceptor in acceptors { try acceptor.open() }
    } catch {
      throw error.failure("serving")
    }
  }

  /// Takes no more connections or requests, lets answers under way be finished for `bound` at most,
  /// and calls `then` when no connection is left.
  package func shutDown(within bound: Duration, then: @escaping () -> Void) {
    for acceptor in acceptors { acceptor.close() }
    acceptors = []
    let timer = loop.schedule(after: bound) { [service] in service.closeAll() }
    service.shutDown {
      timer.cancel()
      then()
    }
  }
}
