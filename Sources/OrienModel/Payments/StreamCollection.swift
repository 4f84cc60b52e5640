/// One collection of what a stream has paid: kept before it is signed, and before each transaction of
/// it is sent, so that whoever finds it knows all that may come of it.
package struct StreamCollection: Sendable, Equatable {
  /// How far it is. Those of the last line are over.
  package enum State: String, Sendable, CaseIterable {
    /// Nothing is signed, so nothing can come of it yet.
    case intended
    /// There is a transaction; whether anybody has it is not known.
    case signed
    case sent
    /// A transaction of it is in a block, which may be taken back.
    case included
    case confirmed, reverted, superseded, abandoned

    package var isOver: Bool {
      switch self {
      case .intended, .signed, .sent, .included: false
      case .confirmed, .reverted, .superseded, .abandoned: true
      }
    }
  }

  /// In the ledger; nil until it is there.
  package var number: Int64?
  package var stream: StreamName
  package var state: State
  /// The operator has asked for it.
  package var isManual: Bool
  /// Who collects, and pays for that.
  package var collector: String
  /// What it would have brought when it was begun.
  package var expected: UInt256
  /// What it has brought, and what its transactions have cost, as far as they are in blocks.
  package var amount = UInt256.zero
  package var cost = UInt256.zero
  /// The block of the newest of these.
  package var block: UInt64?
  /// Every transaction that was ever signed for it, in that order.
  package var attempts: [Attempt] = []
  /// Why it is not further, or was given up.
  package var trouble: Trouble?
  package var createdAt: Timestamp
  package var updatedAt: Timestamp
  package var endedAt: Timestamp?

  package struct Attempt: Sendable, Equatable {
    package var nonce: UInt64
    package var gas: UInt64
    package var maxFee: UInt256
    package var priorityFee: UInt256
    package var transaction: String
    package var hash: String
    package var signedAt: Timestamp

    package init(
      nonce: UInt64, gas: UInt64, maxFee: UInt256, priorityFee: UInt256, transaction: String,
      hash: String, signedAt: Timestamp
    ) {
      self.nonce = nonce
      self.gas = gas
      self.maxFee = maxFee
      self.priorityFee = priorityFee
      self.transaction = transaction
      self.hash = hash
      self.signedAt = signedAt
    }
  }

  package struct Trouble: Sendable, Equatable {
    package var reason: String
    package var message: String

    package init(reason: String, message: String) {
      self.reason = reason
      self.message = message
    }

    package init(_ failure: Failure) {
      self.init(reason: failure.reason, message: failure.message)
    }
  }

  package init(
    stream: StreamName, isManual: Bool, collector: String, expected: UInt256,
    createdAt: Timestamp
  ) {
    self.stream = stream
    state = .intended
    self.isManual = isManual
    self.collector = collector
    self.expected = expected
    self.createdAt = createdAt
    updatedAt = createdAt
  }

  /// The places among the collector's transactions that those of it have, lowest first.
  package var nonces: [UInt64] { Set(attempts.map(\.nonce)).sorted() }

  /// The one of a place that is to be sent: the newest, for it offers the most.
  package func attempt(at nonce: UInt64) -> Attempt? { attempts.last { $0.nonce == nonce } }
}

/// What the collections of one stream come to.
package struct CollectionTotals: Sendable, Equatable {
  /// By collections that are over.
  package var collected = UInt256.zero
  package var cost = UInt256.zero
  package var confirmed = 0
  /// By those that are in blocks and may still be taken back.
  package var underWay = UInt256.zero
  /// When the last that brought something was begun.
  package var lastAt: Timestamp?
  /// How many have reverted since, and when the last of them ended.
  package var reverts = 0
  package var revertedAt: Timestamp?
  /// The highest place among the collector's transactions that is taken for good.
  package var lastNonce: UInt64?

  package init() {}

  /// Takes one more, which is newer than those before it.
  package mutating func add(_ collection: StreamCollection) {
    guard collection.state.isOver else {
      underWay = underWay.saturatingAdd(collection.amount)
      return
    }
    collected = collected.saturatingAdd(collection.amount)
    cost = cost.saturatingAdd(collection.cost)
    if collection.state != .abandoned, let highest = collection.nonces.last {
      lastNonce = max(lastNonce ?? 0, highest)
    }
    switch collection.state {
    case .confirmed:
      confirmed += 1
      lastAt = collection.createdAt
      reverts = 0
      revertedAt = nil
    case .reverted:
      reverts += 1
      revertedAt = collection.endedAt
    default: break
    }
  }
}
