internal import OrienEVM
internal import OrienModel

extension Probe {
  var chain: [String: Act] {
    [
      "connect": connect,
      "unlock": { input in
        let key = try SigningKey(input.bytes("key"))
        self.key = key
        return .string(key.address.description)
      },
      "require": { input in
        try self.asked().requireContracts(
          input.list("contracts").map {
            try Address(parsing: $0.string ?? "")
          })
        return .bool(true)
      },
      "head": { _ in Self.json(try self.asked().head()) },
      "balance": { input in
        .decimal(try self.asked().balance(of: input.address("address"), at: self.block(input)))
      },
      "call": call,
      "estimate": { input in
        .decimal(
          try self.asked().estimateGas(
            .init(
              to: input.address("to"), data: input.bytes("data"), from: input.address("from"),
              value: input.number("value"))))
      },
      "fees": { input in
        let history = try self.asked().feeHistory(blocks: input.small("blocks"), percentiles: [50])
        return .array([
          .array(history.baseFees.map { .decimal($0) }),
          .array(history.rewards.flatMap { $0 }.map { .decimal($0) }),
        ])
      },
      "nonce": { input in
        .decimal(try self.asked().transactionCount(of: input.address("address"), at: .pending))
      },
      "send": { input in
        guard let key = self.key else { throw Failure(.invalid, "locked", "unlock first") }
        let signed = try Self.transaction(input.object("transaction")).signed(by: key)
        try self.asked().send(signed)
        return .hex(signed.hash.bytes)
      },
      "receipt": receipt,
      "logs": { input in
        let topics = try input.list("topics").map {
          try input.require(Bytes32(hex: $0.string ?? ""), "topics")
        }
        return .array(
          try self.asked().logs(
            of: input.address("address"), topics: topics,
            in: input.small("from")...input.small("to")
          ).map(Self.json))
      },
    ]
  }

  private func asked() throws -> ChainClient {
    guard let client else { throw Failure(.invalid, "no-client", "connect first") }
    return client
  }

  private func connect(_ input: Input) throws -> JSON {
    var bounds = RPCEndpoint.Bounds()
    if input.has("milliseconds") {
      bounds.totalMilliseconds = Int(try input.small("milliseconds"))
    }
    bounds.answerBytes = 1 << 20
    let endpoints = try input.list("urls").map {
      try RPCEndpoint(input.require($0.string, "urls"), bounds: bounds)
    }
    let policy: Endpoints.Policy =
      input.has("quorum") ? .quorum(Int(try input.small("quorum"))) : .failover
    client = ChainClient(
      try Endpoints(endpoints, chainID: input.small("chainId"), policy: policy))
    return .bool(true)
  }

  /// By its number, or the head.
  private func block(_ input: Input) throws -> Block {
    try input.has("block") ? asked().block(input.small("block")) : asked().head()
  }

  private func call(_ input: Input) throws -> JSON {
    let calls = try input.list("calls").map { json in
      let call = Input(json: json)
      return ChainClient.Call(
        to: try call.address("to"), data: try call.bytes("data"),
        from: call.has("from") ? try call.address("from") : nil)
    }
    return .array(
      try asked().call(calls, at: block(input)).map { outcome in
        switch outcome {
        case .returned(let bytes): .hex(bytes)
        case .reverted(let reason): .object([.init("reverted", .string(reason))])
        }
      })
  }

  private func receipt(_ input: Input) throws -> JSON {
    let hash = try input.require(Bytes32(input.bytes("hash")), "hash")
    guard let receipt = try asked().receipt(of: hash) else { return .null }
    return .object([
      .init("success", .bool(receipt.isSuccess)), .init("block", .decimal(receipt.blockNumber)),
      .init("gasUsed", .decimal(receipt.gasUsed)),
      .init("gasPrice", .decimal(receipt.effectiveGasPrice)),
      .init("contract", receipt.contract.map { .string($0.description) } ?? .null),
      .init("logs", .array(receipt.logs.map(Self.json))),
    ])
  }

  private static func json(_ block: Block) -> JSON {
    .object([
      .init("number", .decimal(block.number)), .init("hash", .hex(block.hash.bytes)),
      .init("timestamp", .decimal(block.timestamp)),
    ])
  }

  private static func json(_ log: Log) -> JSON {
    .object([
      .init("address", .string(log.address.description)),
      .init("topics", .array(log.topics.map { .hex($0.bytes) })), .init("data", .hex(log.data)),
      .init("block", .decimal(log.blockNumber)), .init("index", .decimal(log.index)),
    ])
  }
}
