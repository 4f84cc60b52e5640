import OrienHTTP
import OrienModel

extension Endpoint {
  static let rpc: [Endpoint] = [
    Endpoint(
      .post, "/rpc", "Call methods by JSON-RPC 2.0; rpc.discover lists them.",
      body: .json(schema: "RPCRequest"),
      answers: [
        .json("The answer, or one for each call of a batch", "RPCResponse"),
        Answer(status: .noContent, summary: "Nobody wanted an answer", type: nil, schema: nil),
        .problem(.contentTooLarge, "The body is larger than it may be"),
        .problem(.unsupportedMediaType, "The body is no JSON by its fields"),
      ]
    ) { api, inquiry throws(Failure) in try api.callMethods(inquiry) }
  ]
}

extension API {
  private static let callBytes = 32 << 20
  /// Calls in a batch, which all run at once.
  private static let batch = 32

  func callMethods(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    try inquiry.requireJSON()
    inquiry.exchange.collectBody(atMost: Self.callBytes) { [self] body in
      guard let json = try? JSON(parsing: body) else {
        return send(.null, .failure(.parse("Parse error: the body is no JSON")), inquiry)
      }
      guard let calls = json.array else {
        return call(json, for: inquiry.caller) { [self] id, result in
          guard let id else { return inquiry.exchange.respond(.noContent) }
          send(id, result, inquiry)
        }
      }
      guard (1...Self.batch).contains(calls.count) else {
        let why = "a batch has 1 to \(Self.batch) calls, this one \(calls.count)"
        return send(.null, .failure(.invalidRequest(why)), inquiry)
      }
      if let refusal = count(calls.count - 1, in: inquiry) {
        return inquiry.exchange.refuse(refusal)
      }
      let batch = RPCBatch(of: calls.count, inquiry)
      for (place, json) in calls.enumerated() {
        call(json, for: inquiry.caller) { batch.answer(place, $0, $1) }
      }
    }
  }

  private func send(_ id: JSON, _ result: Result<JSON, RPCError>, _ inquiry: Inquiry) {
    inquiry.exchange.answer { writer in writer.writeRPC(id, result) }
  }

  /// Answers once, with no id where nobody wants to hear it.
  private func call(
    _ json: JSON, for caller: Caller, then answer: @escaping (JSON?, Result<JSON, RPCError>) -> Void
  ) {
    let call: RPCCall
    do throws(RPCCall.Refusal) { call = try RPCCall(json) } catch {
      return answer(error.id, .failure(error.error))
    }
    do throws(RPCError) {
      guard let method = RPCMethod.all.first(where: { $0.name == call.method }) else {
        throw .unknownMethod(call.method)
      }
      let parameters = try RPCParameters(call.params, knowing: method)
      try method.run(self, caller, parameters) { answer(call.id, $0) }
    } catch {
      answer(call.id, .failure(error))
    }
  }
}

/// The answers of a batch, in the order of its calls, sent when all are there. Belongs to the loop.
private final class RPCBatch {
  private let inquiry: Inquiry
  private var answers: [[UInt8]?]
  private var missing: Int

  init(of count: Int, _ inquiry: Inquiry) {
    self.inquiry = inquiry
    answers = Array(repeating: nil, count: count)
    missing = count
  }

  func answer(_ place: Int, _ id: JSON?, _ result: Result<JSON, RPCError>) {
    if let id {
      var writer = JSONWriter()
      writer.writeRPC(id, result)
      answers[place] = writer.bytes
    }
    missing -= 1
    guard missing == 0 else { return }
    let wanted = answers.compactMap { $0 }
    guard !wanted.isEmpty else { return inquiry.exchange.respond(.noContent) }
    inquiry.exchange.answer { writer in
      writer.array { writer in for answer in wanted { writer.write(raw: answer) } }
    }
  }
}
