internal import OrienModel

extension StreamDesk {
  private func wallet() throws(Failure) -> SigningKey {
    guard let key else {
      throw Failure(.denied, "no-key", "there is no key here: streams are only read")
    }
    return key
  }

  /// Tries a collection at the newest block, as the role's page has it.
  package func quote(_ stream: String) throws -> [UInt8] {
    let id = try Self.id(stream)
    let owner = try wallet().address
    return try asking(within: .seconds(25)) { client in
      try requireContracts(client)
      let head = try head(client)
      let amount = try collectable(id, client, head)
      let withdrawal = terms.contract.withdrawal(of: id, by: owner)
      let estimate: UInt64
      do throws(RPCFault) { estimate = try client.estimateGas(withdrawal) } catch {
        guard let words = error.revert else { throw error }
        throw Self.reverted(words)
      }
      let offer = try terms.gas.offer(
        estimate: estimate,
        try client.feeHistory(blocks: GasPolicy.blocks, percentiles: [GasPolicy.percentile]))
      let balance = try client.balance(of: owner, at: head)
      let next = try client.transactionCount(of: owner, at: .latest)
      let pending = try client.transactionCount(of: owner, at: .pending)
      var writer = JSONWriter()
      writer.object { writer in
        writer.field("amount", amount.description)
        writer.field("gas", Int64(clamping: offer.gas))
        writer.field("max_fee", offer.maxFee.description)
        writer.field("priority_fee", offer.priorityFee.description)
        writer.field("cost", offer.cost.description)
        writer.field("balance", balance.description)
        writer.field("next_nonce", Int64(clamping: next))
        writer.field("pending_nonce", Int64(clamping: max(next, pending)))
      }
      return writer.bytes
    }
  }

  /// What the contract would pay now; it is asked to, so that what it says counts.
  private func collectable(_ id: UInt256, _ client: ChainClient, _ head: Block) throws -> UInt256 {
    let version = try version(client, at: head)
    guard let stream = try client.streams([id], of: terms.contract, at: head).first else {
      preconditionFailure("one was asked for")
    }
    let withdrawal = terms.contract.withdrawal(of: id, by: recipient)
    if case .reverted(let words) = try client.call([withdrawal], at: head)[0] {
      throw Self.reverted(words)
    }
    let judge = StreamJudge(recipient: recipient.description, token: terms.token.description)
    let reading = StreamReading(stream, by: judge, at: head.timestamp, version: version)
    guard !reading.withdrawable.isZero else { throw Self.reverted(Self.nothing) }
    return reading.withdrawable
  }

  /// In the contract's own words.
  private static let nothing = "nothing to withdraw"

  private static func reverted(_ words: String) -> Failure {
    guard words != nothing else {
      return Failure(.conflict, "nothing-to-collect", "there is nothing to collect now")
    }
    return Failure(
      .conflict, "reverted",
      words.isEmpty ? "the contract refuses it and does not say why" : "the contract says: \(words)"
    )
  }

  /// The transaction that collects a stream: to that contract, on that chain, and nothing else.
  package func sign(
    _ stream: String, nonce: Int, gas: Int, maxFee: String, priorityFee: String
  ) throws -> [UInt8] {
    let id = try Self.id(stream)
    let key = try wallet()
    guard let nonce = UInt64(exactly: nonce), let gas = UInt64(exactly: gas),
      let maxFee = UInt256(decimal: maxFee), let priorityFee = UInt256(decimal: priorityFee),
      priorityFee <= maxFee
    else {
      throw Failure(
        .invalid, "bad-fee", "expected whole numbers, and no more on top than in all")
    }
    try terms.gas.check(gas: gas, maxFee: maxFee)
    let signed = try Transaction(
      chainID: terms.chain, nonce: nonce, fee: .dynamic(priority: priorityFee, maximum: maxFee),
      gasLimit: gas, to: terms.contract.address, data: StreamContract.withdrawal(of: id)
    ).signed(by: key)
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("transaction", HexData.text(of: signed.bytes))
      writer.field("hash", signed.hash.description)
    }
    return writer.bytes
  }

  /// Hands a transaction of this wallet's to the chain.
  package func send(_ transaction: String) throws -> [UInt8] {
    let signed = try collection(transaction)
    try asking(within: .seconds(25)) { client in
      do throws(RPCFault) {
        try client.send(signed)
      } catch {
        guard case .refused(_, let message, _) = error else { throw error }
        let refusal = SendRefusal(message)
        guard let failure = refusal.failure(message) else { return }
        // An endpoint that is out of order has said nothing of the transaction.
        if refusal == .other, error.isEndpointsOwn { throw error }
        // Its place may be its own: then it was taken before.
        if refusal == .nonceUsed, try client.receipt(of: signed.hash) != nil { return }
        throw failure
      }
    }
    var writer = JSONWriter()
    writer.object { $0.field("hash", signed.hash.description) }
    return writer.bytes
  }

  /// Whatever is not a collection of this wallet's is not sent from here.
  private func collection(_ text: String) throws(Failure) -> SignedTransaction {
    let refusal = { (what: String) in Failure(.conflict, "refused", "the transaction \(what)") }
    guard let bytes = HexData.bytes(of: text) else { throw refusal("is no hexadecimal digits") }
    let signed: SignedTransaction
    let sender: Address
    do throws(Failure) {
      signed = try SignedTransaction(decoding: bytes)
      sender = try signed.sender()
    } catch {
      throw refusal("cannot be read: \(error.message)")
    }
    let transaction = signed.transaction
    guard transaction.chainID == terms.chain, transaction.to == terms.contract.address,
      transaction.value.isZero, sender == recipient,
      StreamContract.withdrawn(by: transaction.data) != nil
    else { throw refusal("is no collection of this wallet's") }
    return signed
  }
}
