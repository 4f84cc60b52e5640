package import OrienModel

/// What this machine lets the jail do, tried when it was started.
package struct JailCapabilities: Sendable, Equatable {
  /// By a limit's name in `Limits.named`: what holds it. Absent: not the jail's to hold.
  package var enforcedBy: [String: Enforcement]
  /// A whole tree is killed at once by its control group, else by hunting its processes down.
  package var killsByGroup: Bool
  /// Processor time includes every process of a tree, also what its leader never waited for.
  package var metersByGroup: Bool
  /// A program can signal nobody but what it has started itself: not even what holds it.
  package var confinesSignals: Bool
  package var walls: Walls
  /// Why they are not the strongest; nil where they are.
  package var whyNotMore: String?
  /// What keeps every program from starting, whatever the walls: they are of no use then.
  package var obstacle: Failure?

  /// What stands between a program and the machine, beside its limits.
  package enum Walls: Sendable, Equatable {
    case none, user, root
  }

  /// The level of all this in one word, as records and `/health` have it.
  package var isolation: String {
    guard obstacle == nil else { return "none" }
    return switch (walls, enforcedBy["memoryBytes"]) {
    case (.none, _): "none"
    case (.user, _): "user"
    case (.root, .cgroup2): "root-v2"
    case (.root, .cgroup1): "root-v1"
    case (.root, _): "root"
    }
  }

  /// Why that is not `root-v2`, the best there is; nil where it is.
  package var whyNotHigher: String? {
    if let obstacle { return obstacle.message }
    if let whyNotMore { return whyNotMore }
    return switch enforcedBy["memoryBytes"] {
    case .cgroup2: nil
    case .cgroup1: "the memory controller is one of version 1 of control groups"
    default: "no control group with the memory controller is delegated to the node"
    }
  }

  package init(
    enforcedBy: [String: Enforcement], killsByGroup: Bool, metersByGroup: Bool,
    confinesSignals: Bool, walls: Walls = .none, whyNotMore: String? = nil
  ) {
    self.enforcedBy = enforcedBy
    self.killsByGroup = killsByGroup
    self.metersByGroup = metersByGroup
    self.confinesSignals = confinesSignals
    self.walls = walls
    self.whyNotMore = whyNotMore
  }
}
