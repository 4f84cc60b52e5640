package import OrienModel

/// A transaction as it is sent: whoever has its bytes may send them, any number of times, and they
/// count once.
package struct SignedTransaction: Sendable, Equatable {
  package let transaction: Transaction
  package let signature: Signature

  init(_ transaction: Transaction, _ signature: Signature) {
    self.transaction = transaction
    self.signature = signature
  }

  package var bytes: [UInt8] {
    let numbers = [RLP.number(signature.r), .number(signature.s)]
    switch transaction.fee {
    case .legacy:
      return RLP.list(transaction.fields + [.number(legacyV)] + numbers).encoded
    case .dynamic:
      let parity = RLP.number(signature.isOdd ? .one : .zero)
      return [Transaction.dynamicType] + RLP.list(transaction.fields + [parity] + numbers).encoded
    }
  }

  /// By which the chain knows it.
  package var hash: Bytes32 { Keccak256.hash(of: bytes) }

  package func sender() throws(Failure) -> Address {
    try signature.signer(of: transaction.signingHash)
  }

  /// The chain's number twice, and 35 or 36 (EIP-155).
  private var legacyV: UInt256 {
    UInt256(UInt128(transaction.chainID) * 2 + 35 + (signature.isOdd ? 1 : 0))
  }
}

// MARK: Reading

extension SignedTransaction {
  /// Reads a legacy transaction of EIP-155 or one of EIP-1559, all of `bytes` and in the one form that
  /// it has. A legacy one that names no chain is refused: it would be valid on every chain.
  package init(decoding bytes: [UInt8]) throws(Failure) {
    let isDynamic = bytes.first == Transaction.dynamicType
    guard let fields = try RLP(decoding: isDynamic ? Array(bytes.dropFirst()) : bytes).items,
      fields.count == (isDynamic ? 12 : 9)
    else { throw Self.refusal("expected a list of 9 fields, or 2 and a list of 12") }
    self = isDynamic ? try Self.dynamic(fields) : try Self.legacy(fields)
    try transaction.check()
  }

  private static func dynamic(_ fields: [RLP]) throws(Failure) -> SignedTransaction {
    let fee = Transaction.Fee.dynamic(
      priority: try number(fields[2], "maxPriorityFeePerGas"),
      maximum: try number(fields[3], "maxFeePerGas"))
    let parity = try number(fields[9], "yParity")
    guard parity <= 1 else { throw refusal("yParity: expected 0 or 1") }
    return SignedTransaction(
      Transaction(
        chainID: try small(fields[0], "chainId"), nonce: try small(fields[1], "nonce"), fee: fee,
        gasLimit: try small(fields[4], "gas"), to: try destination(fields[5]),
        value: try number(fields[6], "value"), data: try content(fields[7], "data"),
        accessList: try accesses(fields[8])),
      try signature(fields[10...], isOdd: !parity.isZero))
  }

  private static func legacy(_ fields: [RLP]) throws(Failure) -> SignedTransaction {
    guard let v = try number(fields[6], "v").minus(35)?.uint128,
      let chainID = UInt64(exactly: v / 2)
    else { throw refusal("v: expected that of a chain, by EIP-155") }
    return SignedTransaction(
      Transaction(
        chainID: chainID, nonce: try small(fields[0], "nonce"),
        fee: .legacy(gasPrice: try number(fields[1], "gasPrice")),
        gasLimit: try small(fields[2], "gas"), to: try destination(fields[3]),
        value: try number(fields[4], "value"), data: try content(fields[5], "data")),
      try signature(fields[7...], isOdd: v % 2 == 1))
  }

  private static func signature(_ fields: ArraySlice<RLP>, isOdd: Bool) throws(Failure) -> Signature
  {
    try Signature(
      r: number(fields[fields.startIndex], "r"), s: number(fields[fields.startIndex + 1], "s"),
      isOdd: isOdd)
  }

  private static func accesses(_ field: RLP) throws(Failure) -> [Transaction.Access] {
    guard let items = field.items else { throw refusal("accessList: expected a list") }
    var accesses: [Transaction.Access] = []
    for item in items {
      guard let pair = item.items, pair.count == 2,
        let address = pair[0].content.flatMap({ Address($0) }),
        let slots = pair[1].items
      else { throw refusal("accessList: expected an address and a list") }
      let words = slots.compactMap { $0.content.flatMap { Bytes32($0) } }
      guard words.count == slots.count else {
        throw refusal("accessList: expected slots of 32 bytes")
      }
      accesses.append(.init(address, slots: words))
    }
    return accesses
  }

  private static func destination(_ field: RLP) throws(Failure) -> Address? {
    let bytes = try content(field, "to")
    guard !bytes.isEmpty else { return nil }
    guard let address = Address(bytes) else { throw refusal("to: expected 20 bytes or none") }
    return address
  }

  private static func content(_ field: RLP, _ name: String) throws(Failure) -> [UInt8] {
    guard let content = field.content else { throw refusal("\(name): expected bytes") }
    return content
  }

  private static func number(_ field: RLP, _ name: String) throws(Failure) -> UInt256 {
    guard let number = field.number else {
      throw refusal("\(name): expected a number without zeros in front")
    }
    return number
  }

  private static func small(_ field: RLP, _ name: String) throws(Failure) -> UInt64 {
    guard let number = try number(field, name).uint64 else { throw refusal("\(name): too large") }
    return number
  }

  private static func refusal(_ what: String) -> Failure {
    Failure(.invalid, "bad-transaction", what)
  }
}
