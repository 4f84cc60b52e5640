/// What a caller asks for, its key already checked and its dialect already read.
package struct Submission: Sendable {
  package var tool: String
  /// The object of arguments as it came, not yet checked against the tool.
  package var arguments: JSON
  package var session: SessionID
  package var owner: Owner
  /// Who asks is the node's operator, by whatever name.
  package var isOperators = false
  package var idempotency: Idempotency?
  package var terms: Terms

  package init(
    tool: String, arguments: JSON, session: SessionID, owner: Owner,
    idempotency: Idempotency? = nil, terms: Terms = .none
  ) {
    self.tool = tool
    self.arguments = arguments
    self.session = session
    self.owner = owner
    self.idempotency = idempotency
    self.terms = terms
  }
}

/// A caller's promise that two requests with one key are one request.
package struct Idempotency: Sendable, Equatable {
  /// The `Idempotency-Key` header: 1 to 255 visible characters. Keys of two owners never meet.
  package var key: String
  /// The request's bytes, by which a second body under the same key is told from the first.
  package var body: [UInt8]

  package init(key: String, body: [UInt8]) {
    self.key = key
    self.body = body
  }
}
