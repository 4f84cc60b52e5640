/// What pays for a session's executions, and what they have cost so far. It lasts as long as the
/// session does.
package struct SessionAccount: Sendable, Equatable {
  /// In the ledger; nil until it is there.
  package var number: Int64?
  package var session: SessionKey
  package var means: Means
  /// That of the first call that had a price; nil until then.
  package var currency: String?
  package var spentMicroUnits: UInt64 = 0
  package let openedAt: Timestamp

  package enum Means: Sendable, Equatable {
    /// In micro units.
    case budget(UInt64)
    /// With what a micro unit is in wei for as long as the session lasts, and what had been collected
    /// of the stream when it was named.
    case stream(StreamName, microUnitWei: UInt256, collectedBefore: UInt256)
  }

  package init(_ session: SessionKey, _ means: Means, openedAt: Timestamp) {
    self.session = session
    self.means = means
    self.openedAt = openedAt
  }
}

extension SessionAccount {
  /// Adds what an execution has cost, and says what its record tells of that.
  package mutating func charge(_ microUnits: UInt64) -> Charge {
    spentMicroUnits = spentMicroUnits.saturatingAdd(microUnits)
    return switch means {
    case .budget(let budget):
      .budget(microUnits: microUnits, budget: budget, spent: spentMicroUnits)
    case .stream(let name, let microUnitWei, _):
      .stream(name, microUnits: microUnits, wei: Self.wei(microUnits, at: microUnitWei))
    }
  }

  /// What can be had for `vested` beside what was spent and is set aside, in micro units.
  package static func left(
    of vested: UInt256, collectedBefore: UInt256, microUnitWei: UInt256, taken: UInt64
  ) -> (wei: UInt256, microUnits: UInt64) {
    let earned = vested.minus(min(vested, collectedBefore)) ?? .zero
    let used = wei(taken, at: microUnitWei)
    let left = earned.minus(min(earned, used)) ?? .zero
    let microUnits = left.divided(by: microUnitWei)?.quotient ?? .zero
    return (left, microUnits.uint64 ?? .max)
  }

  /// A micro unit is bounded where it is set, so that no product of both is too large.
  package static func wei(_ microUnits: UInt64, at microUnitWei: UInt256) -> UInt256 {
    UInt256(microUnits).times(microUnitWei) ?? .max
  }
}

/// What paid for one execution, as its record tells it.
package indirect enum Charge: Sendable, Equatable {
  /// With the budget, and what all of the session's executions have cost by then, this one with them.
  case budget(microUnits: UInt64, budget: UInt64, spent: UInt64)
  case stream(StreamName, microUnits: UInt64, wei: UInt256)
}
