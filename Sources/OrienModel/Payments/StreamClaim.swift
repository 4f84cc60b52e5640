/// That a stream pays for something here, and for nothing else ever: kept before what it pays for is
/// made, and for good, so that no stream pays twice. Only a claim that came to nothing is given back.
package struct StreamClaim: Sendable, Equatable {
  /// In the ledger; nil until it is there.
  package var number: Int64?
  package var stream: StreamName
  package var holder: Holder
  package var phase: Phase
  /// Its sender, who paid.
  package var sender: String
  /// What it has to pay a second.
  package var rate: UInt256
  package var standing: Standing
  /// When its sender has signed that it may pay for this; nil where nobody had to.
  package var provenAt: Timestamp?
  package var claimedAt: Timestamp
  package var updatedAt: Timestamp

  package enum Phase: String, Sendable, CaseIterable {
    /// What it pays for is there, or is being made.
    case active
    /// That is over, and there may be something to collect.
    case leaving
    case over
    /// Nothing was ever had for it: it may pay for something else.
    case released
  }

  /// What it pays for.
  package enum Holder: Sendable, Hashable {
    /// A rented machine, by its id.
    case machine(String)
    case session(Owner, SessionID)
  }

  /// What was heard of it last; kept, so that a restart makes nobody's patience longer.
  package struct Standing: Sendable, Equatable {
    /// Nobody could say anything since then; nil while somebody can.
    package var unknownSince: Timestamp?
    /// Why it does not pay, and since when; nil where it does.
    package var fault: String?
    package var faultSince: Timestamp?
    /// Until when it was seen to pay, by this machine's clock.
    package var paidUntil: Timestamp?

    package init() {}
  }

  /// The machine that it pays for, by its id; nil where it pays for none.
  package var machine: String? {
    if case .machine(let id) = holder { id } else { nil }
  }

  package init(
    stream: StreamName, holder: Holder, sender: String, rate: UInt256, claimedAt: Timestamp
  ) {
    self.stream = stream
    self.holder = holder
    phase = .active
    self.sender = sender
    self.rate = rate
    standing = Standing()
    self.claimedAt = claimedAt
    updatedAt = claimedAt
  }
}

/// A stream among all of all chains: `17000:0xAbc…:42`.
package struct StreamName: Sendable, Hashable {
  package var chain: String
  package var contract: String
  package var id: String

  package init(chain: String, contract: String, id: String) {
    self.chain = chain
    self.contract = contract
    self.id = id
  }

  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }), UInt256(decimal: parts[2]) != nil
    else { return nil }
    self.init(chain: parts[0], contract: parts[1], id: parts[2])
  }
}

extension StreamName {
  /// What whoever names it hears where it is claimed.
  package var inUse: Failure {
    Failure(
      .conflict, "stream-in-use", "stream \(id) pays for something else, or has paid for it")
  }
}

extension StreamClaim {
  /// What whoever brings a proof hears by which the stream was claimed before.
  package static let provenBefore = Failure(
    .conflict, "proof-used", "this proof was used before: a proof is good once, so sign another")
}

extension StreamName: CustomStringConvertible {
  package var description: String { "\(chain):\(contract):\(id)" }
}
