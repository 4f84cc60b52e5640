/// One request's way to its body and its answer. Belongs to the loop.
///
/// It is answered exactly once, by `respond` or `stream`: a second answer traps, and an exchange
/// that is let go of unanswered answers 500. When the client is gone, or the server had to answer
/// for the handler, everything here does nothing.
package final class HTTPExchange {
  private let connection: HTTPConnection
  private let number: UInt64
  private var isAnswered = false

  init(_ connection: HTTPConnection, _ number: UInt64) {
    self.connection = connection
    self.number = number
  }

  deinit {
    guard !isAnswered, isOpen else { return }
    connection.service.counts.forgotten += 1
    connection.refuse(
      Refusal(.internalServerError, "no-answer", "the request was dropped without an answer"))
  }

  /// Whether an answer could still be sent.
  package var isOpen: Bool { connection.isPresent(number) }

  // MARK: The body

  /// Calls `then` with the whole body once it has come; perhaps before this returns. A longer one
  /// than `limitBytes` is answered with 413, and `then` is not called; nor is it when the client
  /// goes away. Where the client waits to be asked for its body, this asks.
  package func collectBody(atMost limitBytes: Int, _ then: @escaping ([UInt8]) -> Void) {
    guard isOpen else { return }
    connection.readBody(atMost: limitBytes, .collect(then))
  }

  /// Calls `receive` with each piece as it comes, and with `end` or `aborted` at last; perhaps
  /// before this returns. Longer than `limitBytes`, it is aborted and answered with 413. Behind an
  /// answer by the handler nothing more comes.
  package func streamBody(atMost limitBytes: Int, _ receive: @escaping (HTTPBodyEvent) -> Void) {
    guard isOpen else { return receive(.aborted) }
    connection.readBody(atMost: limitBytes, .stream(receive))
  }

  /// Stops the pieces of a streamed body, and so at last the client, until `resumeBody`.
  package func pauseBody() {
    if isOpen { connection.setBodyPaused(true) }
  }

  package func resumeBody() {
    if isOpen { connection.setBodyPaused(false) }
  }

  /// Calls `body`, at most once, when the client goes away before it is answered. Nothing else
  /// happens by that: an answer may still be given, and is sent where somebody still listens.
  package func onDisconnect(_ body: @escaping () -> Void) {
    guard isOpen else { return }
    if connection.hasEnded { body() } else { connection.onDisconnect = body }
  }

  // MARK: The answer

  package func respond(
    _ status: HTTPStatus, _ content: HTTPContent? = nil, fields: [HTTPField] = []
  ) {
    beginAnswer()
    guard isOpen else { return }
    connection.respond(
      status, head: ResponseHead.bytes(status, content, fields), body: content?.bytes ?? [])
  }

  /// Answers with what was made ahead: nothing is copied.
  package func respond(_ response: PreparedResponse) {
    beginAnswer()
    guard isOpen else { return }
    connection.respond(response.status, head: response.head, body: response.body)
  }

  /// Begins an answer that comes piece by piece.
  package func stream(
    _ status: HTTPStatus, type: String, fields: [HTTPField] = []
  ) -> HTTPBodyWriter {
    beginAnswer()
    if isOpen {
      connection.beginStream(status, head: ResponseHead.streamBytes(status, type, fields))
    }
    return HTTPBodyWriter(connection, number)
  }

  private func beginAnswer() {
    precondition(!isAnswered, "a request is answered once")
    isAnswered = true
  }
}
