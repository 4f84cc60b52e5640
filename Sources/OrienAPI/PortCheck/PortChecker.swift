package import OrienHTTP
import OrienModel
package import OrienNode
package import OrienSystem

/// Tells providers which of their ports are reached from where it runs: `orien port-check serve`.
/// Checks need no key, and so all is bounded: who is looked at, how often somebody may ask, how much
/// at once. Belongs to the loop.
package final class PortChecker: HTTPHandler {
  package struct Limits: Sendable {
    package var requestsPerMinute = 60
    package var relaysPerMinute = 600
    package var portsPerRequest = 1024
    /// Of all that ask at one time: each is a descriptor.
    package var ports = 4096
    package var bodyBytes = 64 << 10
    package var probe = PortProbe.Limits()

    package init() {}
  }

  private let loop: Loop
  private let limits: Limits
  private let targets: PortCheckTargets
  private let proxies: TrustedProxies
  /// Nil: nothing is passed on.
  private let relay: Relay?
  private var rates: RateLimits
  /// By who asks.
  private var underWay: [NetworkAddress: PortProbe] = [:]
  private var portsUnderWay = 0

  package init(
    on loop: Loop, _ limits: Limits = Limits(), targets: PortCheckTargets,
    behind proxies: TrustedProxies = TrustedProxies(), relay: Relay? = nil
  ) {
    self.loop = loop
    self.limits = limits
    self.targets = targets
    self.proxies = proxies
    self.relay = relay
    rates = RateLimits(perMinute: [limits.requestsPerMinute, limits.relaysPerMinute], keys: 0)
  }

  package func handle(_ request: HTTPRequest, _ exchange: HTTPExchange) {
    switch (request.method, request.path.description) {
    case (.get, "/health"), (.head, "/health"):
      exchange.answer { writer in writer.object { $0.field("status", "ok") } }
    case (.post, "/check-ports"): check(request, exchange)
    case (_, "/health"), (_, "/check-ports"):
      let path = request.path.description
      exchange.refuseMethod(of: path, taking: path == "/health" ? "GET, HEAD" : "POST")
    case (_, let path) where path.hasPrefix(Relay.prefix): pass(request, exchange)
    default:
      exchange.fail(
        Failure(
          .notFound, "no-route",
          "there is POST /check-ports, GET /health and \(Relay.prefix){id}/{path}"))
    }
  }

  private func pass(_ request: HTTPRequest, _ exchange: HTTPExchange) {
    let caller = proxies.client(of: request)
    // Also who has not the token is counted: he may be guessing.
    if let refusal = rates.take(.costly, .address(caller), at: loop.now) {
      return exchange.refuse(refusal, setBy: "PORT_CHECKER_RELAY_RATE_LIMIT_PER_MINUTE")
    }
    guard let relay else {
      return exchange.respond(
        .notImplemented,
        Problem.content(
          .notImplemented, reason: "no-relay",
          message: "nothing is passed on here: its operator has set no PORT_CHECKER_RELAY_TOKEN"))
    }
    relay.handle(request, from: caller, exchange)
  }

  private func check(_ request: HTTPRequest, _ exchange: HTTPExchange) {
    let caller = proxies.client(of: request)
    // Also what is wrong is counted: it costs as much to read.
    if let refusal = rates.take(.usual, .address(caller), at: loop.now) {
      return exchange.refuse(refusal, setBy: "PORT_CHECKER_RATE_LIMIT_PER_MINUTE")
    }
    exchange.collectBody(atMost: limits.bodyBytes) { [self] body in
      let wanted: PortCheckRequest
      do throws(FieldFaults) {
        wanted = try PortCheckRequest(body, portsAtMost: limits.portsPerRequest)
      } catch {
        return exchange.refuse(error)
      }
      do throws(Failure) {
        try targets.check(wanted.address, askedBy: caller)
        try begin(wanted, for: caller.network, exchange)
      } catch {
        exchange.fail(error)
      }
    }
  }

  private func begin(
    _ wanted: PortCheckRequest, for caller: NetworkAddress, _ exchange: HTTPExchange
  ) throws(Failure) {
    guard underWay[caller] == nil else {
      throw Failure(.limited, "check-under-way", "your ports are being checked already")
    }
    guard portsUnderWay + wanted.ports.count <= limits.ports else {
      throw Failure(.unavailable, "busy", "too many ports are being checked: try again")
    }
    portsUnderWay += wanted.ports.count
    let end = { [self] in
      if underWay.removeValue(forKey: caller) != nil { portsUnderWay -= wanted.ports.count }
    }
    underWay[caller] = PortProbe(wanted.address, wanted.ports, limits.probe, on: loop) { outcomes in
      end()
      exchange.answer { $0.write(outcomes) }
    }
    exchange.onDisconnect(end)
  }

  /// Ends what is under way.
  package func shutDown() {
    underWay = [:]
    portsUnderWay = 0
    relay?.shutDown()
  }
}

extension PortOutcome {
  /// In the words of the protocol.
  fileprivate var error: String? {
    switch self {
    case .accessible: nil
    case .refused: "Connection refused"
    case .silent: "Connection timed out"
    case .unreachable: "No route to host"
    }
  }
}

extension JSONWriter {
  fileprivate mutating func write(_ outcomes: [UInt16: PortOutcome]) {
    let accessible = outcomes.values.count { $0 == .accessible }
    object { writer in
      writer.field("success", accessible > 0)
      writer.object("results") { writer in
        for (port, outcome) in outcomes.sorted(by: { $0.key < $1.key }) {
          writer.object("\(port)") { writer in
            writer.field("accessible", outcome == .accessible)
            writer.fieldOrNull("error", outcome.error)
          }
        }
      }
      writer.field(
        "message", "Successfully verified \(accessible) out of \(outcomes.count) ports")
    }
  }
}
