import OrienHTTP
import OrienModel

/// One route: how it is asked, what the document says of it, and what answers it. The router and
/// `/openapi.json` are made of the same table.
struct Endpoint: Sendable {
  let method: HTTPMethod
  let template: String
  let summary: String
  /// Needs no key.
  let isOpen: Bool
  let query: [Query]
  let body: Body?
  /// Each status that it can answer with, but for what the server refuses of any request.
  let answers: [Answer]
  /// By which bound its requests are counted; nil: they only read.
  let rate: RateLimits.Kind?
  let run: @Sendable (API, Inquiry) -> Void

  struct Query: Sendable {
    var name: String
    var summary: String
    /// JSON Schema of its value.
    var schema: String

    /// As `Inquiry.flag` reads it.
    static let flag = #"{"enum":["0","1","false","true",""],"default":"0"}"#
  }

  enum Body: Sendable {
    /// JSON of a schema that the document names.
    case json(schema: String)
    case bytes
  }

  struct Answer: Sendable {
    var status: HTTPStatus
    var summary: String
    /// Nil: it has no body.
    var type: String?
    /// A schema that the document names, for JSON.
    var schema: String?
  }

  init(
    _ method: HTTPMethod, _ template: String, _ summary: String, isOpen: Bool = false,
    query: [Query] = [], body: Body? = nil, answers: [Answer],
    _ run: @escaping @Sendable (API, Inquiry) throws(Failure) -> Void
  ) {
    self.method = method
    self.template = template
    self.summary = summary
    self.isOpen = isOpen
    self.query = query
    self.body = body
    rate = RateLimits.Kind(method, template)
    self.answers =
      answers
      + Self.door(isOpen: isOpen, isCounted: rate != nil).filter { answer in
        !answers.contains { $0.status == answer.status }
      }
    self.run = { api, inquiry in
      do throws(Failure) { try run(api, inquiry) } catch { inquiry.exchange.fail(error) }
    }
  }

  static let all =
    node + operating + catalogue + executions + artifacts + sessions + sandbox + rpc + machines
    + provider + payments + collections + reach

  /// It is of machines, whose renters may need no key.
  var isOfMachines: Bool { template.hasPrefix("/api/v1/") }

  /// What every route answers to who is not let in.
  private static func door(isOpen: Bool, isCounted: Bool) -> [Answer] {
    var answers = [
      Answer.problem(.badRequest, "Something in the request is wrong"),
      isOpen
        ? .problem(.unauthorized, "The key that came is unknown")
        : .problem(.unauthorized, "A key is needed, or this one is unknown"),
    ]
    if isCounted {
      answers.append(.problem(.tooManyRequests, "Too many requests in a minute"))
    }
    guard !isOpen else { return answers }
    return answers + [.problem(.forbidden, "A proxy asks for somebody, and the node has no key")]
  }
}

extension Endpoint.Answer {
  static func json(
    _ summary: String, _ schema: String, status: HTTPStatus = .ok
  ) -> Endpoint.Answer {
    Endpoint.Answer(status: status, summary: summary, type: "application/json", schema: schema)
  }

  static func problem(_ status: HTTPStatus, _ summary: String) -> Endpoint.Answer {
    Endpoint.Answer(
      status: status, summary: summary, type: "application/problem+json", schema: "Problem")
  }

  /// To who has it already, by its `ETag`.
  static let unchanged = Endpoint.Answer(
    status: .notModified, summary: "It is as the If-None-Match has it", type: nil, schema: nil)

  static func other(_ type: String, _ summary: String) -> Endpoint.Answer {
    Endpoint.Answer(status: .ok, summary: summary, type: type, schema: nil)
  }
}

extension [Endpoint.Answer] {
  /// What may happen wherever the disk is asked.
  static let disk: Self = [
    .problem(.serviceUnavailable, "The node is going down, or has no resources left just now"),
    .problem(.internalServerError, "The node's disk has failed"),
  ]
}
