/// Why the server itself answers a request with an error, before or instead of its handler.
///
/// `reason` is for programs (`^[a-z0-9-]+$`), `message` for people.
struct Refusal: Error, Equatable {
  var status: HTTPStatus
  var reason: String
  var message: String
  /// When it may be asked again.
  var retryAfterSeconds: Int?

  init(
    _ status: HTTPStatus, _ reason: String, _ message: String, retryAfterSeconds: Int? = nil
  ) {
    self.retryAfterSeconds = retryAfterSeconds
    self.status = status
    self.reason = reason
    self.message = message
  }

  static func malformed(_ message: String) -> Refusal {
    Refusal(.badRequest, "malformed-request", message)
  }
}
