import OrienSystem

@testable import OrienHTTP

/// A handler with one route for each way to treat a request.
final class SampleHandler: HTTPHandler {
  typealias Action = (HTTPRequest, RouteParameters, HTTPExchange) -> Void

  private(set) var router = Router<Action>()
  /// Exchanges that are kept unanswered.
  var kept: [HTTPExchange] = []
  var writers: [HTTPBodyWriter] = []
  var disconnects = 0
  var cuts = 0
  var aborts = 0
  var bodies: [[UInt8]] = []
  var requests: [HTTPRequest] = []
  var events: [EventStream] = []
  /// The exchange whose body is being streamed, and what has come of it.
  var upload: HTTPExchange?
  var uploadedBytes = 0
  /// Where there is a loop, event streams run on it.
  var loop: Loop?

  private let tools = PreparedResponse(
    .ok, HTTPContent(type: "application/json", bytes: Array(#"{"tools":[]}"#.utf8)))

  init() {
    router.add(.get, "/tools") { [tools] _, _, exchange in exchange.respond(tools) }
    router.add(.get, "/hello/{name}") { _, parameters, exchange in
      exchange.respond(.ok, .text("hello " + parameters["name"]))
    }
    router.add(.get, "/files/{path...}") { _, parameters, exchange in
      exchange.respond(.ok, .text(parameters["path"]))
    }
    router.add(.get, "/query") { request, _, exchange in
      let pairs = request.query.pairs.map { $0.name + "=" + $0.value }
      exchange.respond(.ok, .text(pairs.joined(separator: "|")))
    }
    router.add(.get, "/headers") { request, _, exchange in
      exchange.respond(.ok, .text(request.header("x-test") ?? "none"))
    }
    router.add(.post, "/echo") { [unowned self] _, _, exchange in
      exchange.collectBody(atMost: 1000) { body in
        self.bodies.append(body)
        exchange.respond(.ok, HTTPContent(type: "text/plain", bytes: body))
      }
    }
    router.add(.post, "/collect") { _, _, exchange in
      exchange.collectBody(atMost: 1 << 20) { exchange.respond(.ok, .text("\($0.count) bytes")) }
    }
    router.add(.post, "/ignore") { _, _, exchange in exchange.respond(.ok, .text("ignored")) }
    router.add(.post, "/upload") { [unowned self] _, _, exchange in upload(exchange) }
    router.add(.get, "/stream") { _, _, exchange in
      let writer = exchange.stream(.ok, type: "text/plain")
      writer.write(Array("one ".utf8))
      writer.write(Array("two".utf8))
      writer.finish()
    }
    router.add(.get, "/half") { _, _, exchange in
      exchange.stream(.ok, type: "text/plain").write(Array("half".utf8))
    }
    router.add(.get, "/flood") { [unowned self] _, _, exchange in flood(exchange) }
    router.add(.get, "/keep") { [unowned self] _, _, exchange in
      kept.append(exchange)
      exchange.onDisconnect { self.disconnects += 1 }
    }
    router.add(.get, "/events") { [unowned self] _, _, exchange in
      let stream = EventStream(exchange, on: loop!, heartbeat: .milliseconds(20))
      stream.onClose { self.cuts += 1 }
      events.append(stream)
    }
    router.add(.get, "/keep-request/{name}") { [unowned self] request, _, exchange in
      requests.append(request)
      exchange.respond(.ok)
    }
    router.add(.get, "/drop") { _, _, _ in }
    router.add(.get, "/large") { _, _, exchange in
      exchange.respond(
        .ok,
        HTTPContent(type: "text/plain", bytes: [UInt8](repeating: 0x61, count: 8 << 20)))
    }
  }

  func handle(_ request: HTTPRequest, _ exchange: HTTPExchange) {
    switch router.match(request.method, request.path) {
    case .found(let route, let parameters): route.payload(request, parameters, exchange)
    case .notFound: exchange.respond(.notFound, .text("no such path"))
    case .methodNotAllowed(let allow):
      exchange.respond(.methodNotAllowed, .text("no"), fields: [HTTPField("Allow", allow)])
    }
  }

  private func upload(_ exchange: HTTPExchange) {
    upload = exchange
    uploadedBytes = 0
    exchange.streamBody(atMost: 100_000) { [unowned self] event in
      switch event {
      case .bytes(let bytes): uploadedBytes += bytes.count
      case .end:
        upload?.respond(.ok, .text("\(uploadedBytes) bytes"))
        upload = nil
      case .aborted:
        aborts += 1
        upload = nil
      }
    }
  }

  private func flood(_ exchange: HTTPExchange) {
    let writer = exchange.stream(.ok, type: "text/plain")
    writers.append(writer)
    writer.onClose { [unowned self] in cuts += 1 }
  }

  static func errorBody(_ status: HTTPStatus, _ reason: String, _ message: String) -> HTTPContent {
    HTTPContent(
      type: "application/problem+json",
      bytes: Array(#"{"status":\#(status.rawValue),"code":"\#(reason)"}"#.utf8))
  }
}
