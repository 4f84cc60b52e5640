internal import OrienModel

extension ChainClient {
  /// Streams as they are at that block, all of one layout: an endpoint that answers in another one
  /// says nothing of any of them.
  func streams(
    _ ids: ArraySlice<UInt256>, of contract: StreamContract, at block: Block
  ) throws(RPCFault) -> [PaymentStream] {
    let moment = Moment.number(block.number).json
    let requests = ids.map { RPCRequest("eth_call", contract.reading($0).json, moment) }
    return try endpoints.ask(requests + [Self.blockRequest(block.number)]) {
      given throws(RPCFault) in
      guard try Self.block(given[ids.count], block.number).hash == block.hash else {
        throw .reorganised
      }
      var streams: [PaymentStream] = []
      streams.reserveCapacity(ids.count)
      for (id, answer) in zip(ids, given) {
        guard case .returned(let bytes) = try Outcome(answer) else {
          throw .malformed("streams(\(id)): what is there is no contract of streams")
        }
        streams.append(try contract.stream(id, in: bytes))
      }
      return streams
    }
  }

  /// What became of a transaction that collects a stream.
  struct Collection: Sendable, Equatable {
    let hash: Bytes32
    let isReverted: Bool
    let block: UInt64
    let amount: UInt256
    let cost: UInt256
  }

  struct Collections: Sendable, Equatable {
    let count: UInt64
    let all: [Collection?]
  }

  /// In the order that they were asked for, nil of each that is in no block, and how many
  /// transactions of the recipient's there are. That is counted first, and by the same endpoint: one
  /// that is counted has its receipt.
  func collections(
    _ hashes: [Bytes32], of contract: StreamContract, by recipient: Address
  ) throws(RPCFault) -> Collections {
    let count = RPCRequest(
      "eth_getTransactionCount", .string(recipient.description), Moment.latest.json)
    let requests = hashes.flatMap { hash in
      ["eth_getTransactionReceipt", "eth_getTransactionByHash"].map {
        RPCRequest($0, .string(hash.description))
      }
    }
    return try endpoints.ask([count] + requests) { answers throws(RPCFault) in
      let count = try RPCReading.small(try answers[0].get(), "eth_getTransactionCount")
      let given = Array(answers.dropFirst())
      var collections: [Collection?] = []
      for (index, hash) in hashes.enumerated() {
        let receipt = try RPCReading.optional(try given[2 * index].get()) {
          json throws(RPCFault) in try Self.receipt(json, of: hash)
        }
        guard let receipt else {
          collections.append(nil)
          continue
        }
        guard let cost = receipt.effectiveGasPrice.times(UInt256(receipt.gasUsed)) else {
          throw .malformed("receipt: more than all the money that there is")
        }
        let transaction = try given[2 * index + 1].get()
        collections.append(
          Collection(
            hash: hash, isReverted: !receipt.isSuccess, block: receipt.blockNumber,
            amount: try Self.amount(receipt, transaction, contract, recipient), cost: cost))
      }
      return Collections(count: count, all: collections)
    }
  }

  /// What the contract says that the transaction's own stream has paid, and nobody else.
  private static func amount(
    _ receipt: Receipt, _ transaction: JSON, _ contract: StreamContract, _ recipient: Address
  ) throws(RPCFault) -> UInt256 {
    guard try RPCReading.word(transaction["hash"], "transaction.hash") == receipt.transactionHash
    else { throw .malformed("another transaction") }
    let destination = try RPCReading.optional(transaction["to"]) { to throws(RPCFault) in
      try RPCReading.address(to, "transaction.to")
    }
    let data = try RPCReading.bytes(transaction["input"], "transaction.input")
    guard receipt.isSuccess, destination == contract.address,
      let id = StreamContract.withdrawn(by: data)
    else { return .zero }
    return contract.paid(id, to: recipient, receipt.logs) ?? .zero
  }
}
