internal import OrienEVM
internal import OrienKit

// The operations of payments/1. What they answer the desk has written as JSON already.

extension Handler<Payments> {
  private static let role = "payments/1"
  private static var stream: Argument<String> { .text("stream", "Its number") }
  private static var maxFee: Argument<String> { .text("max_fee", "The most for each gas, in wei") }
  private static var priorityFee: Argument<String> {
    .text("priority_fee", "How much of it on top of the block's")
  }

  private static func answering<each Value>(
    _ name: String, _ doc: String, _ arguments: repeat Argument<each Value>,
    run: @escaping @Sendable (Payments, repeat each Value) throws -> [UInt8]
  ) -> Handler<Payments> {
    Handler(name, doc, role: role, result: "application/json", repeat each arguments) {
      (call: borrowing Call, payments: Payments, values: repeat each Value) in
      try call.emit(try run(payments, repeat each values))
    }
  }

  static let probe = answering("probe", "Says whether streams can be read, and what they pay.") {
    payments in
    do throws(Failure) { return try payments.desk().probe() } catch {
      let answer: JSON = ["engine": "evm", "available": false, "reason": .string(error.message)]
      return Array(answer.text.utf8)
    }
  }

  static let inspect = answering(
    "inspect", "Reads streams, all at one block.", .texts("streams", "Their numbers"),
    .text("block", "NUMBER:HASH, or the newest", default: "")
  ) { payments, streams, block in
    let desk = try payments.desk()
    return try Payments.told { try desk.inspect(streams, at: block) }
  }

  static let signer = answering(
    "signer", "Says who has signed a text.", .text("text", "As it was signed"),
    .text("signature", "Of 64 or 65 bytes")
  ) { _, text, signature in
    try Payments.told { try StreamDesk.signer(of: text, by: signature) }
  }

  static let keep = answering("keep", "Has a stream collected.", stream) { payments, stream in
    // Where nothing is set up it would be kept for nobody knows what.
    _ = try payments.desk()
    if let name = try payments.name(of: stream) { try payments.kept.add(name) }
    return Array("{}".utf8)
  }

  static let drop = answering("drop", "Has it collected no more.", stream) { payments, stream in
    let existed = try payments.name(of: stream).map { name throws(Failure) in
      try payments.kept.remove(name)
    }
    return Array("{\"existed\":\(existed ?? false)}".utf8)
  }

  static let quote = answering("quote", "Tries a collection.", stream) { payments, stream in
    let desk = try payments.desk()
    try payments.requireKept(stream)
    return try Payments.told { try desk.quote(stream) }
  }

  static let sign = answering(
    "sign", "Signs a collection.", stream, .integer("nonce", "Its place"),
    .integer("gas", "How much it may use"), maxFee, priorityFee
  ) { payments, stream, nonce, gas, maxFee, priorityFee in
    let desk = try payments.signingDesk()
    try payments.requireKept(stream)
    return try Payments.told {
      try desk.sign(stream, nonce: nonce, gas: gas, maxFee: maxFee, priorityFee: priorityFee)
    }
  }

  static let send = answering(
    "send", "Hands a collection to the chain.", .text("transaction", "As it was signed")
  ) { payments, transaction in
    let desk = try payments.desk()
    return try Payments.told { try desk.send(transaction) }
  }

  static let outcome = answering(
    "outcome", "Says what became of collections.", .texts("hashes", "Which")
  ) { payments, hashes in
    let desk = try payments.desk()
    return try Payments.told { try desk.outcome(hashes) }
  }
}
