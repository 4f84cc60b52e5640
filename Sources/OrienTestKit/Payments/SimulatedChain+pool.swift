package import OrienModel

/// What somebody has signed, and hands to the chain.
package struct ChainTransaction: Sendable, Hashable {
  package var sender: String
  package var nonce: UInt64
  package var gas: UInt64
  package var maxFee: UInt256
  package var priorityFee: UInt256
  package var call: ContractCall

  package init(
    sender: String, nonce: UInt64, gas: UInt64, maxFee: UInt256, priorityFee: UInt256,
    call: ContractCall
  ) {
    self.sender = sender
    self.nonce = nonce
    self.gas = gas
    self.maxFee = maxFee
    self.priorityFee = priorityFee
    self.call = call
  }

  package var hash: String {
    SimulatedChain.hash("\(sender)/\(nonce)/\(gas)/\(maxFee)/\(priorityFee)/\(call)")
  }
}

/// Why the chain does not take a transaction.
package enum PoolRefusal: String, Error {
  case nonceUsed = "nonce-used"
  case underpriced
  case noFunds = "no-funds"
}

extension SimulatedChain {
  /// Lets a transaction wait for a block, in place of one of its number where it offers a tenth more.
  package func submit(_ transaction: ChainTransaction) throws(PoolRefusal) {
    let account = head.account(transaction.sender)
    guard !pool.contains(transaction) else { return }
    guard transaction.nonce >= account.nonce else { throw .nonceUsed }
    guard let most = transaction.maxFee.times(UInt256(transaction.gas)), most <= account.balance
    else { throw .noFunds }
    let isSame = { (other: ChainTransaction) in
      other.sender == transaction.sender && other.nonce == transaction.nonce
    }
    guard let index = pool.firstIndex(where: isSame) else { return pool.append(transaction) }
    guard Self.isTenthMore(transaction.maxFee, than: pool[index].maxFee),
      Self.isTenthMore(transaction.priorityFee, than: pool[index].priorityFee)
    else { throw .underpriced }
    pool[index] = transaction
  }

  private static func isTenthMore(_ fee: UInt256, than other: UInt256) -> Bool {
    guard let ten = fee.times(10), let eleven = other.times(11) else { return false }
    return ten >= eleven
  }

  /// The number that the sender's next transaction has, beside what waits without a gap.
  package func pendingNonce(of sender: String) -> UInt64 {
    var nonce = head.account(sender).nonce
    while pool.contains(where: { $0.sender == sender && $0.nonce == nonce }) { nonce += 1 }
    return nonce
  }

  /// Waiting transactions are forgotten, as nodes do whose pools are full.
  package func drop(_ isDropped: (ChainTransaction) -> Bool) { pool.removeAll(where: isDropped) }

  /// Somebody's call, signed with what is enough now; it waits.
  @discardableResult
  package func offer(
    _ call: ContractCall, by sender: String
  ) throws(PoolRefusal) -> ChainTransaction {
    let transaction = ChainTransaction(
      sender: sender, nonce: pendingNonce(of: sender), gas: call.gas,
      maxFee: (baseFee.times(4) ?? .max).plus(leastTip.times(2) ?? .max) ?? .max,
      priorityFee: leastTip.times(2) ?? .max, call: call)
    try submit(transaction)
    return transaction
  }

  /// The same in a block of its own at once. Whoever calls has what gas costs. Answers with the stream
  /// that it has opened.
  @discardableResult
  package func act(
    _ call: ContractCall, by sender: String, after seconds: UInt64 = 1
  ) throws -> UInt256 {
    if head.account(sender).balance.isZero { give(sender, gas: Self.plenty) }
    let transaction = try offer(call, by: sender)
    mine(after: seconds, only: { $0.hash == transaction.hash })
    guard let receipt = head.receipts[transaction.hash] else {
      throw ContractRefusal("it waits behind others of \(sender)")
    }
    if let refusal = receipt.refusal { throw ContractRefusal(refusal) }
    return receipt.stream ?? .zero
  }

  package static let plenty = UInt256(UInt128(1) << 90)
}
