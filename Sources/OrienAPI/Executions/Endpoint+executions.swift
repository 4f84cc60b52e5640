import OrienHTTP
import OrienKernel
import OrienLedger
import OrienModel
import OrienSystem

extension Endpoint {
  private static let wait = Query(
    name: "wait", summary: "Seconds to wait for the end before the present state is answered",
    schema: #"{"type":"integer","minimum":0,"maximum":300}"#)
  private static let notFound = Answer.problem(.notFound, "No such execution, or not yours")
  private static let streamed = [
    Answer.problem(.serviceUnavailable, "Too many streams are open, or the node is going down"),
    .problem(.internalServerError, "The node's disk has failed"),
  ]

  static let executions: [Endpoint] = [
    Endpoint(
      .post, "/execute", "Run a tool in a session.", query: [wait],
      body: .json(schema: "Submission"),
      answers: [
        .json("Kept, and running or waiting for its turn", "Accepted", status: .accepted),
        .json("Over within the time that was waited", "Execution"),
        .problem(.badRequest, "Something in the request is wrong; errors names each fault"),
        Answer(
          status: .paymentRequired, summary: "What pays for its session does not last for it",
          type: "application/problem+json", schema: "Unpaid"),
        .problem(.notFound, "It is over, and its record is forgotten already"),
        .problem(.conflict, "Its session is being removed, or is paid for otherwise"),
        .problem(.contentTooLarge, "The body, or the arguments in it, are larger than they may be"),
        .problem(.unsupportedMediaType, "The body is no JSON by its fields"),
        .problem(.unprocessableContent, "The Idempotency-Key came before with another body"),
        .problem(.tooManyRequests, "Too many calls wait already"),
        .problem(.serviceUnavailable, "The tool cannot be called now"),
        .problem(.insufficientStorage, "The node's disk is full"),
        .problem(.internalServerError, "The node's disk has failed"),
      ]
    ) { api, inquiry throws(Failure) in try api.execute(inquiry) },
    Endpoint(
      .get, "/executions", "List executions, newest first.",
      query: [
        Query(
          name: "cursor", summary: "Where the page before ended",
          schema: ##"{"$ref":"#/components/schemas/ExecutionID"}"##),
        Query(
          name: "limit", summary: "Executions in a page",
          schema: #"{"type":"integer","minimum":1,"maximum":1000,"default":100}"#),
        Query(
          name: "session", summary: "Of this session alone",
          schema: ##"{"$ref":"#/components/schemas/SessionID"}"##),
        Query(
          name: "status", summary: "With this status alone",
          schema: ##"{"$ref":"#/components/schemas/Status"}"##),
      ],
      answers: [
        .json("A page of them", "ExecutionPage"),
        .problem(.badRequest, "A query parameter is wrong"),
        .problem(.tooManyRequests, "Too many lists wait already"),
      ] + .disk
    ) { api, inquiry throws(Failure) in try api.listExecutions(inquiry) },
    Endpoint(
      .get, "/executions/{executionId}", "One execution.", query: [wait],
      answers: [
        .json("As it is now", "Execution"), notFound,
        .problem(.badRequest, "A query parameter is wrong"),
      ] + .disk
    ) { api, inquiry throws(Failure) in try api.showExecution(inquiry) },
    Endpoint(
      .delete, "/executions/{executionId}", "Cancel an execution.",
      answers: [
        .json("Its state right after", "Execution"), notFound,
        .problem(.conflict, "It is over already"),
      ] + .disk
    ) { api, inquiry throws(Failure) in try api.cancelExecution(inquiry) },
    Endpoint(
      .get, "/executions/{executionId}/output", "The bytes of a stream.",
      query: [
        Query(
          name: "stream", summary: "Which of the two",
          schema: #"{"enum":["stdout","stderr"],"default":"stdout"}"#),
        Query(
          name: "offset", summary: "Bytes to pass over",
          schema: #"{"type":"integer","minimum":0,"maximum":9223372036854775807,"default":0}"#),
        Query(
          name: "follow", summary: "Go on until the execution is over",
          schema: Query.flag),
      ],
      answers: [
        .other("application/octet-stream", "What there is of it"), notFound,
        .problem(.badRequest, "A query parameter is wrong"),
      ] + streamed
    ) { api, inquiry throws(Failure) in try api.sendOutput(inquiry) },
    Endpoint(
      .get, "/executions/{executionId}/events",
      "Follow an execution as server-sent events: stdout, stderr, event and state.",
      answers: [
        .other("text/event-stream", "Events until the execution is over"), notFound,
        .problem(.badRequest, "The Last-Event-ID is none of this stream"),
      ] + streamed
    ) { api, inquiry throws(Failure) in try api.sendEvents(inquiry) },
    Endpoint(
      .get, "/executions/{executionId}/receipt",
      "The signed receipt of a finished execution; orien receipt verify checks it.",
      answers: [
        .json("The record with its path to a signature", "Receipt"), notFound,
        .problem(.conflict, "It is not over yet"),
      ] + .disk
    ) { api, inquiry throws(Failure) in try api.sendReceipt(inquiry) },
  ]
}

extension API {
  /// The largest body of a submission. Its arguments have a bound of their own.
  static let submissionBytes = 5 << 20

  func execute(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery("wait")
    let patience = try inquiry.patience()
    let key = try inquiry.idempotencyKey()
    try inquiry.requireJSON()
    inquiry.exchange.collectBody(atMost: Self.submissionBytes) { [self] body in
      do throws(Failure) {
        var submission = try Submission(body: body, owner: inquiry.caller.owner)
        submission.isOperators = inquiry.caller.isOperator
        submission.idempotency = key.map { Idempotency(key: $0, body: body) }
        kernel.submit(submission) { [self] result in
          accepted(result, inquiry, patience)
        }
      } catch {
        inquiry.exchange.fail(error)
      }
    }
  }

  private func accepted(
    _ result: Result<ExecutionReport, Failure>, _ inquiry: Inquiry, _ patience: Duration?
  ) {
    switch result {
    case .failure(let failure): inquiry.exchange.fail(failure)
    case .success(let report):
      guard let patience else {
        return inquiry.exchange.answer(.accepted) { writer in writer.writeAcceptance(report) }
      }
      wait(for: report.id, inquiry, patience) { $0.status.isFinal ? .ok : .accepted }
    }
  }

  func listExecutions(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery("cursor", "limit", "session", "status")
    var query = ExecutionQuery(owner: nil, limit: try inquiry.number("limit", 1...1000) ?? 100)
    if let text = try inquiry.single("session") {
      guard let session = SessionID(text) else { throw .invalidSession("/session") }
      query.session = session
    }
    if let text = try inquiry.single("status") {
      guard let status = Status(rawValue: text) else {
        throw Failure(
          .invalid, "invalid-query",
          "status: expected one of \(Status.allCases.map(\.rawValue).joined(separator: ", "))",
          faults: [.init("/status", "is no status")])
      }
      query.status = status
    }
    if let text = try inquiry.single("cursor") {
      guard let cursor = ExecutionID(text) else {
        throw Failure(
          .invalid, "invalid-query", "cursor: expected what a page before this one gave",
          faults: [.init("/cursor", "is no cursor")])
      }
      query.cursor = cursor
    }
    kernel.list(query, for: inquiry.caller) { result in
      switch result {
      case .failure(let failure): inquiry.exchange.fail(failure)
      case .success(let page):
        inquiry.exchange.answer { writer in
          writer.object { writer in
            writer.array("executions") { writer in
              for report in page.reports { writer.writeExecution(report) }
            }
            writer.field("next", page.next)
          }
        }
      }
    }
  }

  func showExecution(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery("wait")
    let id = try inquiry.execution()
    let patience = try inquiry.patience() ?? .zero
    wait(for: id, inquiry, patience) { _ in .ok }
  }

  /// Answers when the execution is over or the patience is; at once where the client may be gone,
  /// for it may also only have nothing more to say.
  private func wait(
    for id: ExecutionID, _ inquiry: Inquiry, _ patience: Duration,
    status: @escaping (ExecutionReport) -> HTTPStatus
  ) {
    let wait = kernel.report(id, for: inquiry.caller, waiting: patience) { [self] result in
      answer(inquiry, result, status: status)
    }
    if let wait { inquiry.exchange.onDisconnect { wait.end() } }
  }

  func cancelExecution(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    kernel.cancel(try inquiry.execution(), for: inquiry.caller) { [self] result in
      answer(inquiry, result) { _ in .ok }
    }
  }

  func sendReceipt(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    kernel.receipt(of: try inquiry.execution(), for: inquiry.caller) { result in
      switch result {
      case .failure(let failure): inquiry.exchange.fail(failure)
      case .success(let receipt):
        inquiry.exchange.answer { writer in writer.write(raw: receipt.json) }
      }
    }
  }

  /// How much of a stream is written into an execution's JSON: what is in memory anyway, and is
  /// rendered in less than a millisecond. All of it is at /output.
  static let inlineBytes = 64 << 10

  /// Answers with an execution and what it wrote.
  private func answer(
    _ inquiry: Inquiry, _ result: Result<ExecutionReport, Failure>,
    status: @escaping (ExecutionReport) -> HTTPStatus
  ) {
    guard case .success(let report) = result else {
      if case .failure(let failure) = result { inquiry.exchange.fail(failure) }
      return
    }
    readStreams(of: report) { result in
      switch result {
      case .failure(let failure): inquiry.exchange.fail(failure)
      case .success(let texts):
        inquiry.exchange.answer(status(report)) { writer in
          writer.writeExecution(report, texts)
        }
      }
    }
  }

  private func readStreams(
    of report: ExecutionReport, then body: @escaping (Result<StreamTexts, Failure>) -> Void
  ) {
    kernel.readOutput(of: report, .output, from: 0, atMost: Self.inlineBytes) {
      [kernel] output in
      kernel.readOutput(of: report, .errors, from: 0, atMost: Self.inlineBytes) { errors in
        body(
          Result { () throws(Failure) in
            StreamTexts(
              output: try output.orForgotten.get(), errors: try errors.orForgotten.get())
          })
      }
    }
  }
}

extension Result where Success == [UInt8], Failure == OrienModel.Failure {
  /// An output that is not kept any more reads as none; its record tells how long it was.
  var orForgotten: Self {
    if case .failure(let failure) = self, failure.code == .notFound { .success([]) } else { self }
  }
}
