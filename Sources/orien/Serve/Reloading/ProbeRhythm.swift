import OrienSystem

/// When plugins are asked next how they are. One that is found to be away is asked again soon, and
/// then less and less often: it was slow once, is being started anew, or is gone for good.
struct ProbeRhythm {
  private static let soonest = Duration.seconds(1)
  private static let longest = Duration.seconds(10)

  private var away: Set<String> = []
  private var pause = longest

  /// How long to wait now that these are away.
  mutating func next(away: Set<String>) -> Duration {
    if !away.isSubset(of: self.away) {
      pause = Self.soonest
    } else {
      pause = away.isEmpty ? Self.longest : min(pause * 2, Self.longest)
    }
    self.away = away
    return pause
  }
}
