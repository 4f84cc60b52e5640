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

  package init(
    enforcedBy: [String: Enforcement], killsByGroup: Bool, metersByGroup: Bool,
    confinesSignals: Bool
  ) {
    self.enforcedBy = enforcedBy
    self.killsByGroup = killsByGroup
    self.metersByGroup = metersByGroup
    self.confinesSignals = confinesSignals
  }
}
