import OrienModel

/// One call of JSON-RPC 2.0, its envelope checked.
struct RPCCall {
  var method: String
  var params: JSON
  /// Nil: nobody wants an answer.
  var id: JSON?

  /// Failures carry the id where it can be told.
  init(_ json: JSON) throws(Refusal) {
    guard json.members != nil else {
      throw Refusal(id: .null, .invalidRequest("expected an object, got \(json.kindName)"))
    }
    id = json["id"]
    switch id {
    case nil, .null, .string, .integer, .unsigned, .number: break
    case let other?:
      throw Refusal(
        id: .null, .invalidRequest("id: expected a string or a number, got \(other.kindName)"))
    }
    let answered = id ?? .null
    guard json["jsonrpc"]?.string == "2.0" else {
      throw Refusal(id: answered, .invalidRequest(#"jsonrpc: expected "2.0""#))
    }
    guard let method = json["method"]?.string, !method.isEmpty else {
      throw Refusal(id: answered, .invalidRequest("method: expected a name"))
    }
    self.method = method
    params = json["params"] ?? .object([])
    guard params.members != nil || params.array != nil else {
      throw Refusal(
        id: answered,
        .invalidRequest("params: expected an object or an array, got \(params.kindName)"))
    }
  }

  struct Refusal: Error {
    var id: JSON
    var error: RPCError

    init(id: JSON, _ error: RPCError) {
      self.id = id
      self.error = error
    }
  }
}

extension JSONWriter {
  mutating func writeRPC(_ id: JSON, _ result: Result<JSON, RPCError>) {
    object { writer in
      writer.field("jsonrpc", "2.0")
      switch result {
      case .success(let value):
        writer.name("result")
        writer.write(value)
      case .failure(let error):
        writer.object("error") { writer in
          writer.field("code", error.code)
          writer.field("message", error.message)
          if let reason = error.reason {
            writer.object("data") { $0.field("code", reason) }
          }
        }
      }
      writer.name("id")
      writer.write(id)
    }
  }
}
