package import OrienHTTP
package import OrienKernel
package import OrienModel
package import OrienNode
package import OrienSandbox
package import OrienSystem

/// The node's HTTP interface: finds the route, checks who asks, and turns requests into calls of
/// the kernel and its answers into JSON. It decides nothing else. Belongs to the loop.
package final class API: HTTPHandler {
  let kernel: Kernel
  let workspaces: Workspaces
  let loop: Loop
  private(set) var access: Access
  private var rates: RateLimits
  private(set) var proxies = TrustedProxies()
  let identity: Identity
  let startedAt = Instant.now
  var toolLists = ToolLists()
  let news: CatalogueNews
  /// Both made when they are first asked for: a start has no time for them.
  private(set) lazy var document = PreparedResponse(
    .ok, HTTPContent(type: "application/json", bytes: OpenAPI.document(version: identity.version)))
  private(set) lazy var page = DocumentPage.response(version: identity.version)
  var openStreams = 0
  /// Streams of events, and outputs that are followed, at once.
  package var mostStreams = 1000
  /// How long an event stream is silent at most.
  package var heartbeat = Duration.seconds(15)
  /// How often it is looked whether a plugin has come into another state, while somebody follows.
  package var newsInterval = Duration.milliseconds(500)
  /// Looks at `tools.d` anew, and answers once what is there is served.
  package var reloadPlugins: (@escaping (Result<Void, Failure>) -> Void) -> Void = {
    $0(.success(()))
  }
  /// Reads anew what the node was started with.
  package var reload: (@escaping (Result<ReloadReport, Failure>) -> Void) -> Void = {
    $0(.success(ReloadReport()))
  }
  /// Of code that is sent to be run.
  package var sandbox = SandboxSettings()
  /// The machines that are rented out; nil: none are.
  package var machines: MachineService?
  /// The streams that pay for them; nil: none do.
  package var payments: PaymentService?
  /// What collects what streams have paid; nil: nothing does.
  package var collections: Collections?
  /// Whether callers of machines are answered as that system does where they say nothing of it.
  package var speaksGolem = false
  /// Ends the node.
  package var shutDown: () -> Void = {}
  /// The server's own figures, for metrics.
  package var serverFigures: () -> ServerFigures = { ServerFigures() }
  private let router: Router<Endpoint>

  /// Who the node says it is.
  package struct Identity: Sendable {
    package var id: String
    package var name: String
    package var version: String
    /// As whom the node runs.
    package var user: String

    package init(id: String, name: String, version: String, user: String = "") {
      self.user = user
      self.id = id
      self.name = name
      self.version = version
    }
  }

  package struct ServerFigures {
    package var counts: HTTPCounts
    package var openConnections: Int

    package init(counts: HTTPCounts = HTTPCounts(), openConnections: Int = 0) {
      self.counts = counts
      self.openConnections = openConnections
    }
  }

  package init(
    kernel: Kernel, workspaces: Workspaces, loop: Loop, access: Access, identity: Identity
  ) {
    self.kernel = kernel
    self.workspaces = workspaces
    self.loop = loop
    self.access = access
    rates = RateLimits(perMinute: [nil, nil], keys: access.keys.count)
    self.identity = identity
    news = CatalogueNews(of: kernel)
    var router = Router<Endpoint>()
    for endpoint in Endpoint.all { router.add(endpoint.method, endpoint.template, endpoint) }
    self.router = router
    kernel.onCatalogue { [weak news] in news?.look() }
  }

  /// Every route, as the router has it: what the OpenAPI document is compared with.
  package var routes: [(method: String, template: String)] {
    router.routes.map { ($0.method.name, $0.template) }
  }

  package func handle(_ request: HTTPRequest, _ exchange: HTTPExchange) {
    switch router.match(request.method, request.path) {
    case .notFound:
      exchange.fail(
        Failure(.notFound, "no-route", "there is nothing at \(request.path); see /openapi.json"))
    case .methodNotAllowed(let allow):
      exchange.refuseMethod(of: request.path.description, taking: allow)
    case .found(let route, let parameters):
      let endpoint = route.payload
      do throws(Failure) {
        let visitor = try visitor(of: request, endpoint)
        if let refusal = count(endpoint, visitor.key, request) { return exchange.refuse(refusal) }
        endpoint.run(self, Inquiry(request, parameters, exchange, visitor))
      } catch {
        if let refusal = count(endpoint, nil, request) { return exchange.refuse(refusal) }
        exchange.fail(error)
      }
    }
  }
}

extension API {
  /// From now on these keys open, and so many requests in a minute are let in. Who was counted
  /// before and still has a key goes on from there.
  package func admit(
    _ access: Access, perMinute: Int?, ofMachines: Int? = nil,
    behind proxies: TrustedProxies = TrustedProxies()
  ) {
    let before = self.access.keys
    rates.change(
      perMinute: [perMinute, ofMachines],
      places: access.keys.map { key in before.firstIndex { $0.owner == key.owner } })
    self.access = access
    self.proxies = proxies
  }

  private func count(
    _ endpoint: Endpoint, _ key: Int?, _ request: HTTPRequest
  ) -> RateLimits.Refusal? {
    guard let kind = endpoint.rate else { return nil }
    return rates.take(kind, payer(key, request), at: loop.now)
  }

  private func payer(_ key: Int?, _ request: HTTPRequest) -> RateLimits.Payer {
    key.map { .key($0) } ?? .address(proxies.client(of: request))
  }

  /// The same for what asks `more` beside the one that was counted.
  func count(_ more: Int, in inquiry: Inquiry) -> RateLimits.Refusal? {
    rates.take(.usual, payer(inquiry.key, inquiry.request), more, at: loop.now)
  }
}

/// One request with all that was found out about it before its endpoint sees it.
struct Inquiry {
  let request: HTTPRequest
  let parameters: RouteParameters
  let exchange: HTTPExchange
  let caller: Caller
  /// The place of the key that says who asks; nil where none came.
  let key: Int?

  init(
    _ request: HTTPRequest, _ parameters: RouteParameters, _ exchange: HTTPExchange,
    _ visitor: Access.Visitor
  ) {
    self.request = request
    self.parameters = parameters
    self.exchange = exchange
    caller = visitor.caller
    key = visitor.key
  }

  func mustBeOperator() throws(Failure) {
    guard !caller.isOperator else { return }
    throw Failure(.denied, "not-operator", "that is for the node's operator alone")
  }

  func session() throws(Failure) -> SessionKey {
    let text = parameters["sessionId"]
    guard let id = SessionID(text) else { throw .invalidSession("/sessionId") }
    return SessionKey(id, of: caller.owner)
  }

  /// One that cannot be the id of an execution is of none.
  func execution() throws(Failure) -> ExecutionID {
    guard let id = ExecutionID(parameters["executionId"]) else {
      throw Failure(.notFound, "execution-not-found", "Execution not found")
    }
    return id
  }

  /// A whole number in the query, within bounds; nil where it is not there.
  func number(_ name: String, _ bounds: ClosedRange<Int>) throws(Failure) -> Int? {
    guard let text = try single(name) else { return nil }
    guard let value = Int(text), bounds.contains(value), text.utf8.allSatisfy(\.isASCIIDigit)
    else {
      throw Failure(
        .invalid, "invalid-query",
        "\(name): expected a whole number from \(bounds.lowerBound) to \(bounds.upperBound)",
        faults: [.init("/\(name)", "is no such number")])
    }
    return value
  }

  /// A switch in the query: `1`, `true` or nothing behind its name for yes.
  func flag(_ name: String) throws(Failure) -> Bool {
    switch try single(name) {
    case nil, "0", "false": return false
    case "", "1", "true": return true
    default:
      throw Failure(
        .invalid, "invalid-query", "\(name): expected 1 or 0",
        faults: [.init("/\(name)", "is neither 1 nor 0")])
    }
  }

  func single(_ name: String) throws(Failure) -> String? {
    let values = request.query.values(name)
    guard values.count <= 1 else {
      throw Failure(
        .invalid, "invalid-query", "\(name): is there \(values.count) times",
        faults: [.init("/\(name)", "is there more than once")])
    }
    return values.first
  }

  /// Refuses what the endpoint does not know, so that a mistyped name is no silent default.
  func allowQuery(_ names: String...) throws(Failure) {
    for (name, _) in request.query.pairs where !names.contains(name) {
      throw Failure(
        .invalid, "invalid-query",
        "unknown query parameter \(name)\(Nearest.hint(for: name, among: names))",
        faults: [.init("/\(name)", "is not known here")])
    }
  }
}

extension Failure {
  static func invalidSession(_ pointer: String) -> Failure {
    let rule = "expected 1 to 128 letters, digits, '.', '_' or '-', and neither '.' nor '..'"
    return Failure(
      .invalid, "invalid-session", "sessionId: \(rule)", faults: [.init(pointer, rule)])
  }
}
