// As it stands in the ledger: whatever is nil has no member.

extension StreamCollection: JSONWritable {
  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("manual", isManual)
      writer.field("collector", collector)
      writer.field("expected", expected.description)
      writer.field("amount", amount.description)
      writer.field("cost", cost.description)
      writer.field("block", block)
      writer.field("attempts", attempts)
      writer.field("reason", trouble?.reason)
      writer.field("message", trouble?.message)
      writer.field("createdAt", createdAt.microseconds)
      writer.field("updatedAt", updatedAt.microseconds)
    }
  }

  /// What `write` has written; the rest is the row's own.
  package init(
    _ json: JSON, stream: StreamName, state: State, endedAt: Timestamp?
  ) throws(Failure) {
    var object = try MemberReader(json, stream.description, reason: "collection")
    self.init(
      stream: stream, isManual: try object.need("manual", as: \.bool, "true or false"),
      collector: try object.need("collector", as: \.string, "an address"),
      expected: try object.amount("expected"), createdAt: try object.moment("createdAt"))
    self.state = state
    self.endedAt = endedAt
    updatedAt = try object.moment("updatedAt")
    amount = try object.amount("amount")
    cost = try object.amount("cost")
    block = try object.take("block", as: \.uint64, "a number")
    attempts = try object.objects("attempts") { object throws(Failure) in try Attempt(&object) }
    if let reason = try object.take("reason", as: \.string, "a reason") {
      trouble = Trouble(
        reason: reason, message: try object.take("message", as: \.string, "a message") ?? reason)
    }
  }
}

extension StreamCollection.Attempt: JSONWritable {
  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("nonce", nonce)
      writer.field("gas", gas)
      writer.field("maxFee", maxFee.description)
      writer.field("priorityFee", priorityFee.description)
      writer.field("transaction", transaction)
      writer.field("hash", hash)
      writer.field("signedAt", signedAt.microseconds)
    }
  }

  fileprivate init(_ object: inout MemberReader) throws(Failure) {
    self.init(
      nonce: try object.need("nonce", as: \.uint64, "a number"),
      gas: try object.need("gas", as: \.uint64, "a number"),
      maxFee: try object.amount("maxFee"), priorityFee: try object.amount("priorityFee"),
      transaction: try object.need("transaction", as: \.string, "digits"),
      hash: try object.need("hash", as: \.string, "digits"),
      signedAt: try object.moment("signedAt"))
  }
}

extension MemberReader {
  fileprivate mutating func amount(_ name: String) throws(Failure) -> UInt256 {
    try need(name, as: { $0.string.flatMap { UInt256(decimal: $0) } }, "an amount")
  }

  fileprivate mutating func moment(_ name: String) throws(Failure) -> Timestamp {
    try need(name, as: { $0.int64.map { Timestamp(microseconds: $0) } }, "a moment")
  }
}
