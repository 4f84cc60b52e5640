package import OrienKernel
package import OrienModel

/// Reads and collects by whatever plugin is the backend of `payments/1`. What the role's page says holds
/// here already; what a member means that the page has as JSON is looked at here.
package final class RolePayments: PaymentHost {
  package static let role = "payments/1"
  private let kernel: Kernel

  package init(_ kernel: Kernel) { self.kernel = kernel }

  package var life: BackendLife? { kernel.life(of: Self.role) }
  package var trouble: Failure? { kernel.trouble(of: Self.role) }

  package func probe(then answer: @escaping (Result<PaymentTerms, Failure>) -> Void) {
    ask("probe", [], answer) { json throws(Failure) in
      guard json["available"]?.bool == true else {
        throw Failure(
          .unavailable, "payments-unavailable",
          json["reason"]?.string ?? "streams cannot be read now")
      }
      return PaymentTerms(
        network: json["network"]?.string ?? "", chain: try json.text("chain"),
        contract: try json.text("contract"), token: try json.text("token"),
        recipient: try json.text("recipient"), canCollect: json["can_collect"]?.bool ?? false)
    }
  }

  package func inspect(
    _ streams: [String], at moment: ChainMoment?,
    then answer: @escaping (Result<StreamReadings, Failure>) -> Void
  ) {
    let arguments: [JSON.Member] = [
      .init("streams", .array(streams.map { .string($0) })),
      .init("block", .string(moment?.name ?? "")),
    ]
    ask("inspect", arguments, answer) { json throws(Failure) in
      let readings = try (json["streams"]?.array ?? []).map { json throws(Failure) in
        try StreamReading(json)
      }
      // Somebody else's stream must never stand for the one that was asked for.
      guard readings.map(\.id) == streams else {
        throw .meaningless("streams are not those that were asked for")
      }
      return StreamReadings(
        moment: try ChainMoment(json["block"] ?? .null), streams: readings)
    }
  }

  package func signer(
    of text: String, by signature: String, then answer: @escaping (Result<String, Failure>) -> Void
  ) {
    let arguments = [
      JSON.Member("text", .string(text)), JSON.Member("signature", .string(signature)),
    ]
    ask("signer", arguments, answer) { json throws(Failure) in try json.text("signer") }
  }

  package func keep(_ stream: String, then answer: @escaping (Result<Void, Failure>) -> Void) {
    ask("keep", [.init("stream", .string(stream))], answer) { _ in }
  }

  package func drop(_ stream: String, then answer: @escaping (Result<Bool, Failure>) -> Void) {
    ask("drop", [.init("stream", .string(stream))], answer) { json throws(Failure) in
      json["existed"]?.bool ?? false
    }
  }

  package func quote(
    _ stream: String, then answer: @escaping (Result<CollectionQuote, Failure>) -> Void
  ) {
    ask("quote", [.init("stream", .string(stream))], answer) { json throws(Failure) in
      CollectionQuote(
        amount: try json.amount("amount"), gas: try json.count("gas"),
        maxFee: try json.amount("max_fee"), priorityFee: try json.amount("priority_fee"),
        cost: try json.amount("cost"), balance: try json.amount("balance"),
        nextNonce: try json.count("next_nonce"), pendingNonce: try json.count("pending_nonce"))
    }
  }

  package func sign(
    _ order: CollectionOrder, then answer: @escaping (Result<SignedCollection, Failure>) -> Void
  ) {
    let arguments: [JSON.Member] = [
      .init("stream", .string(order.stream)),
      .init("nonce", .integer(Int64(clamping: order.nonce))),
      .init("gas", .integer(Int64(clamping: order.gas))),
      .init("max_fee", .string(order.maxFee.description)),
      .init("priority_fee", .string(order.priorityFee.description)),
    ]
    ask("sign", arguments, answer) { json throws(Failure) in
      SignedCollection(
        transaction: try json.text("transaction"), hash: try json.text("hash"))
    }
  }

  package func send(
    _ transaction: String, then answer: @escaping (Result<Void, Failure>) -> Void
  ) {
    ask("send", [.init("transaction", .string(transaction))], answer) { _ in }
  }

  package func outcome(
    of hashes: [String], then answer: @escaping (Result<CollectionOutcomes, Failure>) -> Void
  ) {
    let arguments = [JSON.Member("hashes", .array(hashes.map { .string($0) }))]
    ask("outcome", arguments, answer) { json throws(Failure) in
      var included: [String: CollectionOutcomes.Inclusion] = [:]
      for transaction in json["transactions"]?.array ?? [] {
        let state = try transaction.text("state")
        guard state != "absent" else { continue }
        guard ["included", "reverted"].contains(state) else {
          throw .meaningless("\(state.quoted) is no state")
        }
        included[try transaction.text("hash")] = .init(
          isReverted: state == "reverted", block: try transaction.count("block"),
          confirmations: try transaction.count("confirmations"),
          amount: try transaction.amount("amount"), cost: try transaction.amount("cost"))
      }
      return CollectionOutcomes(
        moment: try ChainMoment(json["block"] ?? .null), nextNonce: try json.count("next_nonce"),
        included: included)
    }
  }

  private func ask<Value>(
    _ operation: String, _ arguments: [JSON.Member],
    _ answer: @escaping (Result<Value, Failure>) -> Void,
    _ read: @escaping (JSON) throws(Failure) -> Value
  ) {
    kernel.perform(operation, of: Self.role, .object(arguments)) { result in
      answer(
        result.flatMap { json in
          Result { () throws(Failure) in try read(json) }
        })
    }
  }
}

extension JSON {
  fileprivate func text(_ name: String) throws(Failure) -> String {
    guard let text = self[name]?.string else { throw .meaningless("there is no \(name)") }
    return text
  }

  fileprivate func amount(_ name: String) throws(Failure) -> UInt256 {
    guard let amount = UInt256(decimal: try text(name)) else {
      throw .meaningless("\(name) is no amount")
    }
    return amount
  }

  fileprivate func count(_ name: String) throws(Failure) -> UInt64 {
    guard let count = self[name]?.uint64 else { throw .meaningless("\(name) is no number") }
    return count
  }
}

extension Failure {
  fileprivate static func meaningless(_ what: String) -> Failure {
    Failure(.internal, "backend-misbehaved", "the backend of \(RolePayments.role): \(what)")
  }
}
