package import OrienModel

/// What is to happen on a chain, before anybody has signed it.
package struct Transaction: Sendable, Equatable {
  /// Part of what is signed, so that it is of no use on another chain (EIP-155).
  package var chainID: UInt64
  package var nonce: UInt64
  package var fee: Fee
  package var gasLimit: UInt64
  /// Nil makes a contract of the data.
  package var to: Address?
  package var value: UInt256
  package var data: [UInt8]
  /// Only of a transaction of EIP-1559.
  package var accessList: [Access]

  package init(
    chainID: UInt64, nonce: UInt64, fee: Fee, gasLimit: UInt64, to: Address?,
    value: UInt256 = .zero, data: [UInt8] = [], accessList: [Access] = []
  ) {
    self.chainID = chainID
    self.nonce = nonce
    self.fee = fee
    self.gasLimit = gasLimit
    self.to = to
    self.value = value
    self.data = data
    self.accessList = accessList
  }

  package enum Fee: Sendable, Equatable {
    case legacy(gasPrice: UInt256)
    /// EIP-1559: at most `maximum` a gas, of which at most `priority` goes to who makes the block.
    case dynamic(priority: UInt256, maximum: UInt256)
  }

  /// What it says ahead that it will touch.
  package struct Access: Sendable, Equatable {
    package var address: Address
    package var slots: [Bytes32]

    package init(_ address: Address, slots: [Bytes32]) {
      self.address = address
      self.slots = slots
    }
  }
}

extension Transaction {
  /// The first byte of a transaction of EIP-1559.
  static let dynamicType: UInt8 = 2

  /// What is signed.
  package var signingHash: Bytes32 {
    switch fee {
    case .legacy:
      Keccak256.hash(
        of: RLP.list(fields + [.number(UInt256(chainID)), .bytes([]), .bytes([])]).encoded)
    case .dynamic: Keccak256.hash(of: [Self.dynamicType] + RLP.list(fields).encoded)
    }
  }

  /// Fails where a node would refuse it whoever signed it.
  package func signed(by key: SigningKey) throws(Failure) -> SignedTransaction {
    try check()
    return SignedTransaction(self, try key.sign(signingHash))
  }

  /// In the order that they are written, without the signature's.
  var fields: [RLP] {
    let destination = RLP.bytes(to?.bytes ?? [])
    let end = [RLP.number(UInt256(gasLimit)), destination, .number(value), .bytes(data)]
    switch fee {
    case .legacy(let price): return [.number(UInt256(nonce)), .number(price)] + end
    case .dynamic(let priority, let maximum):
      let accesses = accessList.map { access in
        RLP.list([.bytes(access.address.bytes), .list(access.slots.map { .bytes($0.bytes) })])
      }
      return [
        .number(UInt256(chainID)), .number(UInt256(nonce)), .number(priority), .number(maximum),
      ]
        + end + [.list(accesses)]
    }
  }

  func check() throws(Failure) {
    func refusal(_ what: String) -> Failure { Failure(.invalid, "bad-transaction", what) }
    // EIP-2681 leaves out the last, so that the next is always a number.
    guard nonce < .max else { throw refusal("a nonce is less than \(UInt64.max)") }
    guard chainID > 0 else { throw refusal("chain 0: it would be valid on every chain") }
    switch fee {
    case .legacy where !accessList.isEmpty:
      throw refusal("a legacy transaction has no access list")
    case .dynamic(let priority, let maximum) where priority > maximum:
      throw refusal("the priority fee \(priority) is above the maximum fee \(maximum)")
    default: break
    }
  }
}
