// As they stand in the ledger and in records.

extension SessionAccount: JSONWritable {
  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      switch means {
      case .budget(let budget): writer.field("budgetMicroUnits", budget)
      case .stream(let name, let microUnitWei, let collectedBefore):
        writer.field("stream", name.description)
        writer.field("microUnitWei", microUnitWei.description)
        writer.field("collectedBeforeWei", collectedBefore.description)
      }
      writer.field("currency", currency)
      writer.field("spentMicroUnits", spentMicroUnits)
      writer.field("openedAt", openedAt.microseconds)
    }
  }

  /// What `write` has written; the rest is the row's own.
  package init(_ json: JSON, of session: SessionKey) throws(Failure) {
    var object = try MemberReader(json, "account of \(session.id)", reason: "account")
    let amount = { (json: JSON) in json.string.flatMap { UInt256(decimal: $0) } }
    let name = try object.take(
      "stream", as: { $0.string.flatMap { StreamName($0) } }, "a stream's name")
    let means: Means
    if let name {
      means = .stream(
        name, microUnitWei: try object.need("microUnitWei", as: amount, "an amount"),
        collectedBefore: try object.need("collectedBeforeWei", as: amount, "an amount"))
    } else {
      means = .budget(try object.need("budgetMicroUnits", as: \.uint64, "an amount"))
    }
    self.init(
      session, means,
      openedAt: Timestamp(
        microseconds: try object.need("openedAt", as: \.int64, "a moment")))
    currency = try object.take("currency", as: \.string, "a currency")
    spentMicroUnits = try object.need("spentMicroUnits", as: \.uint64, "an amount")
  }
}

extension Charge: JSONWritable {
  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      switch self {
      case .budget(let microUnits, let budget, let spent):
        writer.field("kind", "budget")
        writer.field("amountMicroUnits", microUnits)
        writer.field("budgetMicroUnits", budget)
        writer.field("spentMicroUnits", spent)
      case .stream(let name, let microUnits, let wei):
        writer.field("kind", "stream")
        writer.field("stream", name.description)
        writer.field("amountMicroUnits", microUnits)
        writer.field("amountWei", wei.description)
      }
    }
  }

  package init(_ json: JSON) throws(Failure) {
    var object = try MemberReader(json, "payment", reason: "record")
    let microUnits = try object.need("amountMicroUnits", as: \.uint64, "an amount")
    switch try object.need("kind", as: \.string, "a kind") {
    case "budget":
      self = .budget(
        microUnits: microUnits,
        budget: try object.need("budgetMicroUnits", as: \.uint64, "an amount"),
        spent: try object.need("spentMicroUnits", as: \.uint64, "an amount"))
    case "stream":
      self = .stream(
        try object.need("stream", as: { $0.string.flatMap { StreamName($0) } }, "a stream's name"),
        microUnits: microUnits,
        wei: try object.need(
          "amountWei", as: { $0.string.flatMap { UInt256(decimal: $0) } }, "an amount"))
    case let kind: throw Failure(.internal, "record", "payment.kind: \(kind.quoted) is none")
    }
  }
}
