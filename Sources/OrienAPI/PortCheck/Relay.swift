import OrienHTTP
import OrienLedger
import OrienModel
package import OrienNode
import OrienSystem

/// `/proxy/provider/{id}/{path}?port=`: what is asked of a provider that a discovery server knows,
/// passed on by the port checker to whoever has its token. Belongs to the loop.
package final class Relay {
  package struct Limits: Sendable {
    package var bodyBytes = 2 << 20
    package var ports: [ClosedRange<UInt16>] = [80...80, 443...443, 1024...65535]

    package init() {}
  }

  static let prefix = "/proxy/provider/"
  /// Where providers of that system are, unless `port` says another.
  private static let usualPort: UInt16 = 7466
  private static let idBytes = 128
  private static let methods: [HTTPMethod] = [.get, .head, .post, .put, .patch, .delete]

  private let limits: Limits
  private let token: Fingerprint
  private let targets: PortCheckTargets
  private let relay: ProviderRelay

  package init(
    _ relay: ProviderRelay, token: String, _ limits: Limits = Limits(), targets: PortCheckTargets
  ) {
    self.relay = relay
    self.token = Fingerprint(of: token.utf8)
    self.limits = limits
    self.targets = targets
  }

  func handle(_ request: HTTPRequest, from caller: NetworkAddress, _ exchange: HTTPExchange) {
    guard Self.methods.contains(request.method) else {
      return exchange.refuseMethod(
        of: Self.prefix, taking: Self.methods.map(\.name).joined(separator: ", "))
    }
    let wanted: Wanted
    do throws(Refused) { wanted = try read(request) } catch {
      return exchange.refuse(error.status, error.failure)
    }
    let fields = RelayFields.asked(request, for: caller)
    let query = request.query.pairs.filter { $0.name != "port" }
    let method = request.method.name
    exchange.collectBody(atMost: limits.bodyBytes) { [self] body in
      let question = ProviderRelay.Question(
        provider: wanted.provider, port: wanted.port, method: method, path: wanted.path,
        query: query, fields: fields, body: body)
      relay.pass(question, unless: { [targets] in targets.objection(to: $0, for: caller) }) {
        exchange.answer(with: $0)
      }
    }
  }

  package func shutDown() { relay.close() }

  // MARK: The request

  private struct Wanted {
    var provider: String
    var port: UInt16
    var path: String
  }

  private struct Refused: Error {
    var status: HTTPStatus
    var failure: Failure

    init(_ status: HTTPStatus, _ code: Failure.Code, _ reason: String, _ message: String) {
      self.status = status
      failure = Failure(code, reason, message)
    }
  }

  private func read(_ request: HTTPRequest) throws(Refused) -> Wanted {
    // What is compared is a hash: how long that takes tells nothing of the token.
    guard let sent = request.headerBytes("x-proxy-token"), Fingerprint(of: sent) == token else {
      throw Refused(
        .forbidden, .denied, "wrong-token", "X-Proxy-Token is not that of this relay")
    }
    switch request.header("x-proxy-source") ?? "discovery" {
    case "discovery": break
    case "golem-base":
      throw Refused(
        .notImplemented, .unavailable, "no-golem-base",
        "providers are found by a discovery server alone: X-Proxy-Source: discovery")
    default:
      throw Refused(
        .badRequest, .invalid, "bad-source", "X-Proxy-Source is discovery or golem-base")
    }
    let rest = request.path.description.dropFirst(Self.prefix.count)
    let provider = rest.prefix { $0 != "/" }
    guard (1...Self.idBytes).contains(provider.utf8.count) else {
      throw Refused(
        .badRequest, .invalid, "bad-provider",
        "a provider's id of 1 to \(Self.idBytes) bytes follows \(Self.prefix)")
    }
    let path = rest.dropFirst(provider.count)
    return Wanted(
      provider: String(provider), port: try port(of: request),
      path: path.isEmpty ? "/" : String(path))
  }

  private func port(of request: HTTPRequest) throws(Refused) -> UInt16 {
    let values = request.query.values("port")
    guard let text = values.first else { return Self.usualPort }
    guard values.count == 1, let port = UInt16(text), port > 0, text.utf8.first != 0x2B else {
      throw Refused(.badRequest, .invalid, "bad-port", "port is one number from 1 to 65535")
    }
    guard limits.ports.contains(where: { $0.contains(port) }) else {
      throw Refused(
        .forbidden, .denied, "port-not-allowed", "nothing is passed on to port \(port)")
    }
    return port
  }
}

extension HTTPExchange {
  fileprivate func refuse(_ status: HTTPStatus, _ failure: Failure) {
    respond(status, Problem.content(status, failure))
  }

  fileprivate func answer(with outcome: ProviderRelay.Outcome) {
    switch outcome {
    case .answered(let answer): pass(on: answer)
    case .unknown:
      fail(Failure(.notFound, "unknown-provider", "the discovery server knows no such provider"))
    case .forbidden(let failure): fail(failure)
    case .broken(let failure): refuse(.badGateway, failure)
    case .late(let failure): refuse(.gatewayTimeout, failure)
    case .busy:
      fail(Failure(.unavailable, "busy", "too much is being passed on: try again"))
    }
  }

  private func pass(on answer: ProviderRelay.Answer) {
    guard (200...599).contains(answer.status) else {
      return refuse(
        .badGateway,
        Failure(.unavailable, "bad-status", "the provider answers with no status of HTTP"))
    }
    let type = answer.fields.first { $0.name.lowercased() == "content-type" }?.value
    respond(
      HTTPStatus(rawValue: answer.status),
      HTTPContent(type: type ?? "application/octet-stream", bytes: answer.body),
      fields: RelayFields.answered(answer.fields))
  }
}
