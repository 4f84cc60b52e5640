package import OrienKernel
package import OrienModel

/// What reads streams and collects them: a backend of `payments/1`, or what a test has in its place.
/// Each question is answered once, on the loop and never before the asking returns; failures are those
/// of the role's page.
package protocol PaymentHost: AnyObject {
  /// Which backend would be asked now; nil where none would.
  var life: BackendLife? { get }
  /// Why none can be read now; nil where that is not known to be so.
  var trouble: Failure? { get }

  func probe(then answer: @escaping (Result<PaymentTerms, Failure>) -> Void)
  /// At the newest moment, or at that of an earlier answer.
  func inspect(
    _ streams: [String], at moment: ChainMoment?,
    then answer: @escaping (Result<StreamReadings, Failure>) -> Void)
  /// The address whose key has signed a text. `invalid` where that is no signature.
  func signer(
    of text: String, by signature: String, then answer: @escaping (Result<String, Failure>) -> Void)
  func keep(_ stream: String, then answer: @escaping (Result<Void, Failure>) -> Void)
  /// Whether it was kept.
  func drop(_ stream: String, then answer: @escaping (Result<Bool, Failure>) -> Void)
  func quote(_ stream: String, then answer: @escaping (Result<CollectionQuote, Failure>) -> Void)
  func sign(
    _ order: CollectionOrder, then answer: @escaping (Result<SignedCollection, Failure>) -> Void)
  func send(_ transaction: String, then answer: @escaping (Result<Void, Failure>) -> Void)
  func outcome(
    of hashes: [String], then answer: @escaping (Result<CollectionOutcomes, Failure>) -> Void)
}

/// What a stream has to be like, as whoever opens one is told.
package struct PaymentTerms: Sendable, Equatable {
  package var network: String
  package var chain: String
  package var contract: String
  package var token: String
  package var recipient: String
  package var canCollect: Bool

  package init(
    network: String, chain: String, contract: String, token: String, recipient: String,
    canCollect: Bool
  ) {
    self.network = network
    self.chain = chain
    self.contract = contract
    self.token = token
    self.recipient = recipient
    self.canCollect = canCollect
  }

  package func name(of id: String) -> StreamName {
    StreamName(chain: chain, contract: contract, id: id)
  }
}

package struct StreamReadings: Sendable, Equatable {
  package var moment: ChainMoment
  /// As many as were asked for, in that order.
  package var streams: [StreamReading]

  package init(moment: ChainMoment, streams: [StreamReading]) {
    self.moment = moment
    self.streams = streams
  }
}

/// What a collection would bring and cost.
package struct CollectionQuote: Sendable, Equatable {
  package var amount: UInt256
  package var gas: UInt64
  package var maxFee: UInt256
  package var priorityFee: UInt256
  package var cost: UInt256
  package var balance: UInt256
  package var nextNonce: UInt64
  package var pendingNonce: UInt64

  package init(
    amount: UInt256, gas: UInt64, maxFee: UInt256, priorityFee: UInt256, cost: UInt256,
    balance: UInt256, nextNonce: UInt64, pendingNonce: UInt64
  ) {
    self.amount = amount
    self.gas = gas
    self.maxFee = maxFee
    self.priorityFee = priorityFee
    self.cost = cost
    self.balance = balance
    self.nextNonce = nextNonce
    self.pendingNonce = pendingNonce
  }
}

/// A transaction that collects a stream, as it is to be signed.
package struct CollectionOrder: Sendable, Equatable {
  package var stream: String
  package var nonce: UInt64
  package var gas: UInt64
  package var maxFee: UInt256
  package var priorityFee: UInt256

  package init(
    stream: String, nonce: UInt64, gas: UInt64, maxFee: UInt256, priorityFee: UInt256
  ) {
    self.stream = stream
    self.nonce = nonce
    self.gas = gas
    self.maxFee = maxFee
    self.priorityFee = priorityFee
  }
}

package struct SignedCollection: Sendable, Equatable {
  package var transaction: String
  package var hash: String

  package init(transaction: String, hash: String) {
    self.transaction = transaction
    self.hash = hash
  }
}

package struct CollectionOutcomes: Sendable, Equatable {
  package var moment: ChainMoment
  package var nextNonce: UInt64
  /// By hash; none where nobody has heard of it.
  package var included: [String: Inclusion]

  package struct Inclusion: Sendable, Equatable {
    package var isReverted: Bool
    package var block: UInt64
    /// 1 in the newest block.
    package var confirmations: UInt64
    package var amount: UInt256
    package var cost: UInt256

    package init(
      isReverted: Bool, block: UInt64, confirmations: UInt64, amount: UInt256, cost: UInt256
    ) {
      self.isReverted = isReverted
      self.block = block
      self.confirmations = confirmations
      self.amount = amount
      self.cost = cost
    }
  }

  package init(moment: ChainMoment, nextNonce: UInt64, included: [String: Inclusion]) {
    self.moment = moment
    self.nextNonce = nextNonce
    self.included = included
  }
}
