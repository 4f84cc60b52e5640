import OrienModel

extension Condition {
  /// Of the streams that pay, as the node tells its operator.
  struct Payments: Sendable, Equatable {
    var network = ""
    var chain: String?
    var contract: String?
    var token: String?
    var wallet: String?
    var canWithdraw: Bool?
    var good: Int64 = 0
    var bad: Int64 = 0
    /// Nobody can say of these.
    var unknown: Int64 = 0
    var readAt: String?
    /// Why they cannot be read.
    var reason: String?
    /// Withdrawals that are not over; nil where nothing is known of any.
    var underWay: Int64?
  }
}

extension Condition.Payments {
  /// As `GET /api/v1/summary` has it.
  init(_ json: JSON) {
    network = json["network"]?.string ?? ""
    chain = json["chain_id"]?.string
    contract = json["contract"]?.string
    token = json["token"]?.string
    wallet = json["wallet"]?.string
    canWithdraw = json["can_withdraw"]?.bool
    good = json["streams"]?["good"]?.int64 ?? 0
    bad = json["streams"]?["bad"]?.int64 ?? 0
    unknown = json["streams"]?["unknown"]?.int64 ?? 0
    readAt = json["read_at"]?.string
    reason = json["reason"]?.string
  }

  /// Takes the node's list of withdrawals.
  mutating func take(collections json: JSON) {
    let over: Set = ["confirmed", "reverted", "superseded", "abandoned"]
    underWay = (json["collections"]?.array).map { collections in
      Int64(collections.count { !over.contains($0["state"]?.string ?? "") })
    }
  }

  var issues: [String] {
    if let reason { return ["Streams cannot be read: \(reason.printable)"] }
    return unknown > 0 ? ["\(unknown) stream(s) cannot be read"] : []
  }

  var json: JSON {
    let texts = [
      ("chain_id", chain), ("contract", contract), ("token", token), ("wallet", wallet),
    ]
    return .object(
      [.init("network", .string(network))]
        + texts.map { name, text in .init(name, text.map { .string($0) } ?? .null) }
        + [
          .init("can_withdraw", canWithdraw.map { .bool($0) } ?? .null),
          .init(
            "streams",
            .object([
              .init("good", .integer(good)), .init("bad", .integer(bad)),
              .init("unknown", .integer(unknown)),
            ])),
          .init("read_at", readAt.map { .string($0) } ?? .null),
          .init("withdrawals_under_way", underWay.map { .integer($0) } ?? .null),
          .init("reason", reason.map { .string($0) } ?? .null),
        ])
  }

  /// Each with its name, for people.
  var rows: [(name: String, text: String)] {
    let isOwn = canWithdraw == false ? ", whose key is not here" : ""
    let place = chain.map { "\(network), chain \($0)" } ?? network
    return [
      ("Payments", place.printable), ("  Contract", contract?.printable ?? "unknown"),
      ("  Wallet", wallet.map { $0.printable + isOwn } ?? "unknown"),
      ("  Streams", "\(good) good, \(bad) bad, \(unknown) unknown"),
      ("  Read", readAt?.printable ?? "not yet"),
      ("  Withdrawals", underWay.map { "\($0) under way" } ?? "unknown"),
    ]
  }
}
