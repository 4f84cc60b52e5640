package import OrienModel

/// What we ask of a chain. Everything that decides about money is read at one block, named by its
/// number and held to its hash. One thread at a time uses it.
package final class ChainClient {
  package let endpoints: Endpoints

  package init(_ endpoints: Endpoints) { self.endpoints = endpoints }

  /// A moment of the chain that a question is about.
  package enum Moment: Sendable {
    case latest
    /// With what waits in the endpoint's pool.
    case pending
    case number(UInt64)

    var json: JSON {
      switch self {
      case .latest: .string("latest")
      case .pending: .string("pending")
      case .number(let number): .string(UInt256(number).quantity)
      }
    }
  }

  /// A question to a contract, which changes nothing.
  package struct Call: Sendable {
    package var to: Address
    package var data: [UInt8]
    package var from: Address?
    package var value: UInt256

    package init(to: Address, data: [UInt8], from: Address? = nil, value: UInt256 = .zero) {
      self.to = to
      self.data = data
      self.from = from
      self.value = value
    }

    var json: JSON {
      var members = [
        JSON.Member("to", .string(to.description)), .init("data", .string(HexData.text(of: data))),
      ]
      if let from { members.append(.init("from", .string(from.description))) }
      if !value.isZero { members.append(.init("value", .string(value.quantity))) }
      return .object(members)
    }
  }

  /// What came of a call: bytes, or the contract's refusal with its text.
  package enum Outcome: Sendable, Equatable {
    case returned([UInt8])
    case reverted(String)

    init(_ answer: Result<JSON, RPCFault>) throws(RPCFault) {
      switch answer {
      case .success(let json): self = .returned(try RPCReading.bytes(json, "eth_call"))
      case .failure(let fault):
        guard let reason = fault.revert else { throw fault }
        self = .reverted(reason)
      }
    }
  }
}

// MARK: Reading

extension ChainClient {
  /// Fails unless every address has code at the head of the right chain: asked before anything else,
  /// because a call of an address without code succeeds and says nothing.
  package func requireContracts(_ addresses: [Address]) throws(RPCFault) {
    let requests = addresses.map {
      RPCRequest("eth_getCode", .string($0.description), .string("latest"))
    }
    let codes = try endpoints.ask(requests) { given throws(RPCFault) in
      var isThere: [Bool] = []
      for answer in given {
        isThere.append(!(try RPCReading.bytes(try answer.get(), "eth_getCode").isEmpty))
      }
      return isThere
    }
    for (address, isThere) in zip(addresses, codes) where !isThere {
      throw .malformed("there is no contract at \(address) on chain \(endpoints.chainID)")
    }
  }

  /// The last block that as many endpoints have as the policy wants.
  package func head() throws(RPCFault) -> Block {
    guard case .quorum = endpoints.policy else {
      let request = RPCRequest("eth_getBlockByNumber", Moment.latest.json, .bool(false))
      return try endpoints.askOne([request]) { given throws(RPCFault) in
        try Block(try given[0].get())
      }
    }
    let number = try endpoints.reached(RPCRequest("eth_blockNumber")) { json throws(RPCFault) in
      try RPCReading.small(json, "eth_blockNumber")
    }
    return try block(number)
  }

  package func block(_ number: UInt64) throws(RPCFault) -> Block {
    try endpoints.ask([Self.blockRequest(number)]) { given throws(RPCFault) in
      try Self.block(given[0], number)
    }
  }

  /// What comes of the calls at that block. Where a request also has to tell that the block is still
  /// of the chain, so that all answers are of one moment.
  package func call(_ calls: [Call], at block: Block) throws(RPCFault) -> [Outcome] {
    let requests = calls.map { RPCRequest("eth_call", $0.json, Moment.number(block.number).json) }
    // Last, so that a reorganisation before it is seen.
    return try endpoints.ask(requests + [Self.blockRequest(block.number)]) {
      given throws(RPCFault) in
      guard try Self.block(given[calls.count], block.number).hash == block.hash else {
        throw .reorganised
      }
      var outcomes: [Outcome] = []
      for answer in given.dropLast() { outcomes.append(try Outcome(answer)) }
      return outcomes
    }
  }

  /// The logs of a contract in these blocks whose first topic is one of `topics`.
  package func logs(
    of address: Address, topics: [Bytes32], in blocks: ClosedRange<UInt64>
  ) throws(RPCFault) -> [Log] {
    let filter: [JSON.Member] = [
      .init("address", .string(address.description)),
      .init("fromBlock", Moment.number(blocks.lowerBound).json),
      .init("toBlock", Moment.number(blocks.upperBound).json),
      .init("topics", .array([.array(topics.map { .string($0.description) })])),
    ]
    return try endpoints.ask([RPCRequest("eth_getLogs", .object(filter))]) {
      given throws(RPCFault) in
      let logs = try RPCReading.list(try given[0].get(), "eth_getLogs") { log throws(RPCFault) in
        try Log(log)
      }
      for log in logs {
        guard log.address == address, blocks.contains(log.blockNumber),
          log.topics.first.map(topics.contains) == true
        else { throw .malformed("eth_getLogs: a log that was not asked for") }
      }
      return logs
    }
  }

  package func balance(of address: Address, at block: Block) throws(RPCFault) -> UInt256 {
    let request = RPCRequest(
      "eth_getBalance", .string(address.description), Moment.number(block.number).json)
    return try endpoints.ask([request]) { given throws(RPCFault) in
      try RPCReading.number(try given[0].get(), "eth_getBalance")
    }
  }

  static func blockRequest(_ number: UInt64) -> RPCRequest {
    RPCRequest("eth_getBlockByNumber", Moment.number(number).json, .bool(false))
  }

  static func block(
    _ answer: Result<JSON, RPCFault>, _ number: UInt64
  ) throws(RPCFault) -> Block {
    let json = try answer.get()
    // It had been told that there is one.
    guard json != .null else { throw .reorganised }
    let block = try Block(json)
    guard block.number == number else { throw .malformed("block \(block.number) for \(number)") }
    return block
  }
}
