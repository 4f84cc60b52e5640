package import OrienModel

/// One call of JSON-RPC.
package struct RPCRequest: Sendable {
  package let method: String
  package let parameters: [JSON]

  package init(_ method: String, _ parameters: JSON...) {
    self.method = method
    self.parameters = parameters
  }

  init(_ method: String, parameters: [JSON]) {
    self.method = method
    self.parameters = parameters
  }
}

/// Several calls as one body, and the answer to it.
package enum RPCBatch {
  /// Numbered from 0 on.
  package static func body(of requests: [RPCRequest]) -> [UInt8] {
    var writer = JSONWriter()
    writer.array { writer in
      for (id, request) in requests.enumerated() {
        writer.object { object in
          object.field("jsonrpc", JSON.string("2.0"))
          object.field("id", JSON.integer(Int64(id)))
          object.field("method", JSON.string(request.method))
          object.field("params", JSON.array(request.parameters))
        }
      }
    }
    return writer.bytes
  }

  /// The answers in the order of the calls, whatever order they came in: each call has one, and
  /// nothing else came.
  package static func answers(
    in body: [UInt8], to count: Int
  ) throws(RPCFault) -> [Result<JSON, RPCFault>] {
    let document: JSON
    do { document = try JSON(parsing: body) } catch {
      throw .malformed("no JSON: \(error.message)")
    }
    guard let elements = document.array else {
      // A server that takes no batch, or not this one, says so by a single error.
      if case .failure(let fault) = try answer(in: document) { throw fault }
      throw .malformed("one answer to a batch")
    }
    var answers = [Result<JSON, RPCFault>?](repeating: nil, count: count)
    for element in elements {
      guard case .integer(let number)? = element["id"], let id = Int(exactly: number),
        answers.indices.contains(id), answers[id] == nil
      else { throw .malformed("an answer to no call of the batch, or a second to one") }
      answers[id] = try answer(in: element)
    }
    let given = answers.compactMap { $0 }
    guard given.count == count else {
      throw .malformed("\(given.count) answers to \(count) calls")
    }
    return given
  }

  private static func answer(in json: JSON) throws(RPCFault) -> Result<JSON, RPCFault> {
    guard json["jsonrpc"]?.string == "2.0" else { throw .malformed("no answer of JSON-RPC 2.0") }
    // Some servers write the other of the two as null.
    if let error = json["error"], error.members != nil {
      guard json["result"] == nil || json["result"] == .null,
        case .integer(let code)? = error["code"], let message = error["message"]?.string
      else { throw .malformed("an error without a code and a message, or with a result") }
      // What it says may be long, and may be anything.
      let data = error["data"]?.string.flatMap { HexData.bytes(of: $0) } ?? []
      return .failure(.refused(code: code, message: String(message.prefix(300)), data: data))
    }
    guard json["error"] == nil || json["error"] == .null, let result = json["result"] else {
      throw .malformed("neither a result nor an error")
    }
    return .success(result)
  }
}
