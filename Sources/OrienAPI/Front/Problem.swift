package import OrienHTTP
import OrienModel

/// The one body of every error (RFC 9457), with the members that each dialect looks for.
package enum Problem {
  /// The one table from what went wrong to a status.
  static func status(of code: Failure.Code) -> HTTPStatus {
    switch code {
    case .invalid: .badRequest
    case .unauthenticated: .unauthorized
    case .denied: .forbidden
    case .unpaid: .paymentRequired
    case .notFound: .notFound
    case .conflict: .conflict
    case .mismatch: .unprocessableContent
    case .unsupported: .unsupportedMediaType
    case .tooLarge: .contentTooLarge
    case .limited: .tooManyRequests
    case .full: .insufficientStorage
    case .unavailable, .cancelled: .serviceUnavailable
    case .internal: .internalServerError
    }
  }

  static func content(_ status: HTTPStatus, _ failure: Failure) -> HTTPContent {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("type", "urn:orien:problem:" + failure.reason)
      writer.field("title", status.phrase)
      writer.field("status", status.rawValue)
      writer.field("detail", failure.message)
      writer.field("error", failure.message)
      writer.field("message", failure.message)
      writer.field("code", failure.reason)
      writer.array("errors") { writer in
        for fault in failure.faults {
          writer.object { writer in
            writer.field("pointer", fault.pointer)
            writer.field("detail", fault.message)
          }
        }
      }
      for detail in failure.details { writer.field(detail.name, detail.value) }
    }
    return HTTPContent(type: "application/problem+json", bytes: writer.bytes)
  }

  /// The body of what the server refuses before there is a handler.
  package static func content(
    _ status: HTTPStatus, reason: String, message: String
  ) -> HTTPContent {
    content(status, Failure(.invalid, reason, message))
  }
}

extension HTTPExchange {
  /// Says which methods the path takes, to whoever asked by another.
  func refuseMethod(of path: String, taking allowed: String) {
    respond(
      .methodNotAllowed,
      Problem.content(
        .methodNotAllowed, reason: "method-not-allowed", message: "\(path) takes \(allowed)"),
      fields: [HTTPField("Allow", allowed)])
  }

  /// Answers with an error.
  func fail(_ failure: Failure) {
    var fields: [HTTPField] = []
    switch failure.code {
    case .unauthenticated:
      fields.append(HTTPField("WWW-Authenticate", "Bearer realm=\"orien\""))
    case .limited: fields.append(HTTPField("Retry-After", "1"))
    case .unavailable, .cancelled: fields.append(HTTPField("Retry-After", "5"))
    default: break
    }
    let status = Problem.status(of: failure.code)
    respond(status, Problem.content(status, failure), fields: fields)
  }

  /// Answers with one JSON value.
  func answer(
    _ status: HTTPStatus = .ok, fields: [HTTPField] = [], _ body: (inout JSONWriter) -> Void
  ) {
    var writer = JSONWriter()
    body(&writer)
    respond(
      status, HTTPContent(type: "application/json", bytes: writer.bytes), fields: fields)
  }
}
