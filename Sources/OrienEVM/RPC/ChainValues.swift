package import OrienModel

/// A block, by what we need of it.
package struct Block: Sendable, Equatable {
  package let number: UInt64
  package let hash: Bytes32
  package let parent: Bytes32
  /// In seconds since 1970, by the clock of the chain.
  package let timestamp: UInt64
  /// Nil before EIP-1559.
  package let baseFee: UInt256?

  init(_ json: JSON) throws(RPCFault) {
    number = try RPCReading.small(json["number"], "block.number")
    hash = try RPCReading.word(json["hash"], "block.hash")
    parent = try RPCReading.word(json["parentHash"], "block.parentHash")
    timestamp = try RPCReading.small(json["timestamp"], "block.timestamp")
    baseFee = try RPCReading.optional(json["baseFeePerGas"]) { fee throws(RPCFault) in
      try RPCReading.number(fee, "block.baseFeePerGas")
    }
  }
}

/// What a contract has told while a transaction ran.
package struct Log: Sendable, Equatable {
  package let address: Address
  package let topics: [Bytes32]
  package let data: [UInt8]
  package let blockNumber: UInt64
  package let blockHash: Bytes32
  package let transactionHash: Bytes32
  /// Among those of its block.
  package let index: UInt64

  init(_ json: JSON) throws(RPCFault) {
    guard json["removed"]?.bool != true else { throw .reorganised }
    address = try RPCReading.address(json["address"], "log.address")
    topics = try RPCReading.list(json["topics"], "log.topics") { topic throws(RPCFault) in
      try RPCReading.word(topic, "log.topics")
    }
    guard topics.count <= 4 else { throw .malformed("a log of \(topics.count) topics") }
    data = try RPCReading.bytes(json["data"], "log.data")
    blockNumber = try RPCReading.small(json["blockNumber"], "log.blockNumber")
    blockHash = try RPCReading.word(json["blockHash"], "log.blockHash")
    transactionHash = try RPCReading.word(json["transactionHash"], "log.transactionHash")
    index = try RPCReading.small(json["logIndex"], "log.logIndex")
  }
}

/// What became of a transaction that is in a block.
package struct Receipt: Sendable, Equatable {
  package let transactionHash: Bytes32
  package let blockNumber: UInt64
  package let blockHash: Bytes32
  /// False where it was reverted; its gas is paid all the same.
  package let isSuccess: Bool
  package let gasUsed: UInt64
  package let effectiveGasPrice: UInt256
  /// Of a transaction that made a contract.
  package let contract: Address?
  package let logs: [Log]

  init(_ json: JSON) throws(RPCFault) {
    transactionHash = try RPCReading.word(json["transactionHash"], "receipt.transactionHash")
    blockNumber = try RPCReading.small(json["blockNumber"], "receipt.blockNumber")
    blockHash = try RPCReading.word(json["blockHash"], "receipt.blockHash")
    let status = try RPCReading.small(json["status"], "receipt.status")
    guard status <= 1 else { throw .malformed("receipt.status: expected 0 or 1") }
    isSuccess = status == 1
    gasUsed = try RPCReading.small(json["gasUsed"], "receipt.gasUsed")
    effectiveGasPrice = try RPCReading.number(
      json["effectiveGasPrice"], "receipt.effectiveGasPrice")
    contract = try RPCReading.optional(json["contractAddress"]) { address throws(RPCFault) in
      try RPCReading.address(address, "receipt.contractAddress")
    }
    logs = try RPCReading.list(json["logs"], "receipt.logs") { log throws(RPCFault) in
      try Log(log)
    }
  }
}

/// What gas has cost in the last blocks, the oldest first.
package struct FeeHistory: Sendable, Equatable {
  /// One more than there are blocks: the last is the next block's.
  package let baseFees: [UInt256]
  /// For each block what the priority fees were, at the percentiles that were asked for.
  package let rewards: [[UInt256]]

  init(_ json: JSON) throws(RPCFault) {
    func numbers(_ json: JSON, _ place: String) throws(RPCFault) -> [UInt256] {
      try RPCReading.list(json, place) { fee throws(RPCFault) in try RPCReading.number(fee, place) }
    }
    baseFees = try numbers(json["baseFeePerGas"] ?? .null, "feeHistory.baseFeePerGas")
    rewards = try RPCReading.list(json["reward"], "feeHistory.reward") { row throws(RPCFault) in
      try numbers(row, "feeHistory.reward")
    }
    guard !rewards.isEmpty, baseFees.count == rewards.count + 1 else {
      throw .malformed("feeHistory: \(baseFees.count) fees and \(rewards.count) rewards")
    }
  }
}
