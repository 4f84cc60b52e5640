import OrienHTTP
import OrienLedger
import OrienModel
import OrienNode
import OrienSystem

// What the operator sees and asks of collections of what streams have paid.
extension Endpoint {
  private static let operators = Answer.problem(.forbidden, "Not the operator")
  private static let unable = Answer.problem(
    .serviceUnavailable, "The chain, or what reads it, does not answer")
  private static let busy = Answer.problem(.tooManyRequests, "Many wait for such an answer")
  private static let failed = Answer.problem(
    .internalServerError, "The ledger or the backend has failed")

  static let collections: [Endpoint] = [
    Endpoint(
      .get, "/api/v1/payments/collections", "List collections of what streams have paid.",
      query: [
        Query(
          name: "stream", summary: "Only those of this one",
          schema: #"{"type":"string","pattern":"^[0-9]{1,78}$"}"#),
        Query(
          name: "limit", summary: "So many at most",
          schema: #"{"type":"integer","minimum":1,"maximum":1000,"default":100}"#),
      ],
      answers: [.json("The newest first", "Collections"), operators, busy, unable, failed]
    ) { api, inquiry throws(Failure) in try api.listCollections(inquiry) },
    Endpoint(
      .post, "/api/v1/payments/collections",
      "Collect what streams have paid now, whatever their interval is.",
      body: .json(schema: "CollectionRequest"),
      answers: [
        .json("None was begun, and why", "CollectionResults"),
        .json("Some were begun", "CollectionResults", status: .accepted), .faultyFields,
        .problem(.contentTooLarge, "The body is larger than it may be"),
        .problem(.unsupportedMediaType, "The body is no JSON by its fields"),
        .problem(.notFound, "No stream pays for such a VM"), operators, unable, failed,
      ]
    ) { api, inquiry throws(Failure) in try api.beginCollections(inquiry) },
    Endpoint(
      .get, "/api/v1/payments/reconciliation",
      "Compare what was collected with what the chain has, stream by stream.",
      answers: [
        .json("At one moment of the chain", "Reconciliation"), operators, busy, unable, failed,
      ]
    ) { api, inquiry throws(Failure) in try api.sendReconciliation(inquiry) },
  ]
}

extension API {
  private static let requestBytes = 16 << 10
  /// Of claims that one request collects.
  private static let most = 1000

  func collecting(_ inquiry: Inquiry) throws(Failure) -> Collections {
    try inquiry.mustBeOperator()
    guard let collections else {
      throw Failure(
        .invalid, "payments-disabled", "streaming payments not enabled on this provider")
    }
    return collections
  }

  func listCollections(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery("stream", "limit")
    let stream = try inquiry.single("stream")
    if let stream, UInt256(decimal: stream) == nil {
      throw Failure(
        .invalid, "invalid-query", "stream: expected the number of a stream, in decimal digits",
        faults: [.init("/stream", "is no number")])
    }
    let limit = try inquiry.number("limit", 1...1000) ?? 100
    let collections = try collecting(inquiry)
    collections.list(ofStream: stream, atMost: limit) { result in
      inquiry.tell(result) { writer, found in
        writer.object { writer in
          writer.array("collections") { writer in for one in found { writer.write(one) } }
        }
      }
    }
  }

  func beginCollections(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    let collections = try collecting(inquiry)
    try inquiry.requireJSON()
    inquiry.exchange.collectBody(atMost: Self.requestBytes) { [self] body in
      do throws(FieldFaults) {
        switch try CollectionRequest(body) {
        case .machine(let name): begin(of: name, collections, inquiry)
        case .all:
          collections.claims(atMost: Self.most) { [self] result in
            collect(result.map { $0.filter { $0.phase != .over } }, collections, inquiry)
          }
        }
      } catch {
        inquiry.exchange.refuse(error)
      }
    }
  }

  private func begin(of name: String, _ collections: Collections, _ inquiry: Inquiry) {
    let id = machines?.rentals?.find(name)?.id ?? name
    collections.claim(of: .machine(id)) { [self] result in
      let claim = result.flatMap { claim in
        claim.map { Result.success([$0]) }
          ?? .failure(
            Failure(.notFound, "no-stream", "no stream mapped for VM \(name.quoted)"))
      }
      collect(claim, collections, inquiry)
    }
  }

  private func collect(
    _ claims: Result<[StreamClaim], Failure>, _ collections: Collections, _ inquiry: Inquiry
  ) {
    switch claims {
    case .failure(let failure): inquiry.exchange.fail(failure)
    case .success(let claims):
      collections.collect(claims) { results in
        let isAny = results.contains { if case .success = $0 { true } else { false } }
        inquiry.exchange.answer(isAny ? .accepted : .ok) { writer in
          writer.object { writer in
            writer.array("results") { writer in
              for (claim, result) in zip(claims, results) { writer.write(claim, result) }
            }
          }
        }
      }
    }
  }

  func sendReconciliation(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    try collecting(inquiry).reconcile { result in inquiry.tell(result) { $0.write($1) } }
  }
}

extension Inquiry {
  fileprivate func tell<Value>(
    _ result: Result<Value, Failure>, _ write: (inout JSONWriter, Value) -> Void
  ) {
    switch result {
    case .success(let value): exchange.answer { write(&$0, value) }
    case .failure(let failure): exchange.fail(failure)
    }
  }
}

/// The body of a request to collect.
enum CollectionRequest {
  case machine(String)
  case all

  init(_ body: [UInt8]) throws(FieldFaults) {
    var faults = FieldFaults()
    let json = try FieldFaults.object(body)
    switch (json["vm_id"], json["all"]) {
    case (let name?, nil):
      guard let text = name.string, !text.isEmpty else {
        faults.add("vm_id", type: "string_type", "Input should be the name or the id of a VM")
        throw faults
      }
      self = .machine(text)
    case (nil, let all?):
      guard all.bool == true else {
        faults.add("all", type: "value_error", "Input should be true")
        throw faults
      }
      self = .all
    case (nil, nil):
      faults.add("vm_id", type: "missing", "Field required: vm_id, or all")
      throw faults
    default:
      faults.add("all", type: "value_error", "Expected either vm_id or all")
      throw faults
    }
  }
}
