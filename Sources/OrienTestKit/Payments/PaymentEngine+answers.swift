package import OrienModel
package import OrienNode

// What the backend says, as the chain has it now or had it some blocks ago.

extension PaymentEngine {
  package func inspect(
    _ streams: [String], at moment: ChainMoment? = nil, age: Int = 0
  ) -> Result<StreamReadings, Failure> {
    let head = chain.state(below: age)
    var state = chain.state(below: age + confirmations - 1)
    if let moment {
      guard let named = chain.states.last(where: { $0.hash == moment.hash }) else {
        return .failure(
          Failure(.conflict, "reorganised", "block \(moment.number) is none of the chain's"))
      }
      state = named
    }
    var judge = StreamJudge(recipient: recipient, token: chain.token)
    judge.checks = checks
    return .success(
      StreamReadings(
        moment: self.moment(of: state, head: head),
        streams: streams.map { text in
          guard let id = UInt256(decimal: text), let stream = state.streams[id] else {
            return StreamReading(
              id: text, fault: .unknown, stream: nil, remainingSeconds: 0, vested: .zero,
              withdrawable: .zero)
          }
          return StreamReading(stream, by: judge, at: state.time)
        }))
  }

  private func moment(
    of state: SimulatedChain.State, head: SimulatedChain.State
  ) -> ChainMoment {
    ChainMoment(
      number: state.number, hash: state.hash, time: state.time, head: head.number,
      headTime: head.time)
  }

  func quote(_ text: String, age: Int) throws(Failure) -> CollectionQuote {
    guard kept.contains(text) else { throw Self.notKept }
    let state = chain.state(below: age)
    guard let stream = UInt256(decimal: text).flatMap({ state.streams[$0] }) else {
      throw Failure(.conflict, "reverted", "the contract says no-stream")
    }
    guard stream.recipient == recipient else {
      throw Failure(.conflict, "reverted", "the contract says not recipient")
    }
    let amount = chain.unpaid(stream, at: state.time)
    guard !amount.isZero else {
      throw Failure(.conflict, "nothing-to-collect", "there is nothing to collect")
    }
    let gas = ContractCall.withdraw(.one).gas + gasMargin
    let tip = chain.leastTip
    guard let price = chain.baseFee.plus(tip), let cost = price.times(UInt256(gas)),
      let most = chain.baseFee.times(2)?.plus(tip), price <= feeBound
    else { throw Self.tooExpensive }
    let nonce = state.account(recipient).nonce
    return CollectionQuote(
      amount: amount, gas: gas, maxFee: min(most, feeBound), priorityFee: tip, cost: cost,
      balance: state.account(recipient).balance, nextNonce: nonce,
      pendingNonce: age > 0 ? nonce : chain.pendingNonce(of: recipient))
  }

  private static let notKept = Failure(.denied, "not-kept", "that stream is not kept")
  private static let tooExpensive = Failure(
    .limited, "too-expensive", "gas costs more than the operator pays")

  func sign(_ order: CollectionOrder) throws(Failure) -> SignedCollection {
    guard kept.contains(order.stream), let id = UInt256(decimal: order.stream) else {
      throw Self.notKept
    }
    guard order.maxFee <= feeBound else { throw Self.tooExpensive }
    let transaction = ChainTransaction(
      sender: recipient, nonce: order.nonce, gas: order.gas, maxFee: order.maxFee,
      priorityFee: order.priorityFee, call: .withdraw(id))
    signed[transaction.hash] = transaction
    // Whoever signs it again gets the same, and its bytes are of no use to anybody else here.
    return SignedCollection(
      transaction: "0x02" + transaction.hash.dropFirst(2), hash: transaction.hash)
  }

  func send(_ bytes: String) throws(Failure) {
    guard let transaction = signed["0x" + bytes.dropFirst(4)] else {
      throw Failure(.conflict, "refused", "that is no transaction")
    }
    do throws(PoolRefusal) {
      try chain.submit(transaction)
    } catch {
      // One that is in a block already is known, not refused.
      guard chain.head.receipts[transaction.hash] == nil else { return }
      throw Failure(.conflict, error.rawValue, "the chain says \(error.rawValue)")
    }
  }

  func outcome(of hashes: [String], age: Int) -> CollectionOutcomes {
    let head = chain.state(below: age)
    var included: [String: CollectionOutcomes.Inclusion] = [:]
    for hash in hashes {
      guard let receipt = head.receipts[hash] else { continue }
      included[hash] = .init(
        isReverted: receipt.refusal != nil, block: receipt.block,
        confirmations: head.number - receipt.block + 1, amount: receipt.amount,
        cost: receipt.cost)
    }
    return CollectionOutcomes(
      moment: moment(of: head, head: head), nextNonce: head.account(recipient).nonce,
      included: included)
  }
}
