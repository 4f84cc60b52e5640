internal import OrienModel

extension ChainClient {
  /// How many transactions of an account there are, which is the next one's nonce.
  package func transactionCount(
    of address: Address, at moment: Moment
  ) throws(RPCFault) -> UInt64 {
    let request = RPCRequest("eth_getTransactionCount", .string(address.description), moment.json)
    return try endpoints.askOne([request]) { given throws(RPCFault) in
      try RPCReading.small(try given[0].get(), "eth_getTransactionCount")
    }
  }

  /// How much gas it would take; a refusal of the contract's is one here.
  package func estimateGas(_ call: Call) throws(RPCFault) -> UInt64 {
    try endpoints.askOne([RPCRequest("eth_estimateGas", call.json)]) { given throws(RPCFault) in
      try RPCReading.small(try given[0].get(), "eth_estimateGas")
    }
  }

  /// Of the last `blocks`, with the priority fees at these percentiles.
  package func feeHistory(blocks: UInt64, percentiles: [Int64]) throws(RPCFault) -> FeeHistory {
    let request = RPCRequest(
      "eth_feeHistory", .string(UInt256(blocks).quantity), .string("latest"),
      .array(percentiles.map { .integer($0) }))
    return try endpoints.askOne([request]) { given throws(RPCFault) in
      let history = try FeeHistory(try given[0].get())
      guard history.rewards.allSatisfy({ $0.count == percentiles.count }) else {
        throw .malformed("feeHistory: another number of percentiles than was asked for")
      }
      return history
    }
  }

  /// Hands it to the chain. To send the same bytes again is safe: they count once.
  package func send(_ transaction: SignedTransaction) throws(RPCFault) {
    let request = RPCRequest(
      "eth_sendRawTransaction", .string(HexData.text(of: transaction.bytes)))
    let hash = transaction.hash
    try endpoints.askOne([request]) { given throws(RPCFault) in
      guard try RPCReading.word(try given[0].get(), "eth_sendRawTransaction") == hash else {
        throw .malformed("eth_sendRawTransaction: the hash of another transaction")
      }
    }
  }

  /// What became of it; nil while it is in no block.
  package func receipt(of hash: Bytes32) throws(RPCFault) -> Receipt? {
    let request = RPCRequest("eth_getTransactionReceipt", .string(hash.description))
    return try endpoints.ask([request]) { given throws(RPCFault) -> Receipt? in
      try RPCReading.optional(try given[0].get()) { json throws(RPCFault) in
        try Self.receipt(json, of: hash)
      }
    }
  }

  static func receipt(_ json: JSON, of hash: Bytes32) throws(RPCFault) -> Receipt {
    let receipt = try Receipt(json)
    guard receipt.transactionHash == hash,
      receipt.logs.allSatisfy({
        $0.transactionHash == hash && $0.blockHash == receipt.blockHash
      })
    else { throw .malformed("the receipt of another transaction") }
    return receipt
  }
}
