import OrienModel
import OrienSystem

/// Whether a plugin's process may be started: after each crash it rests longer, and where it only
/// crashes it is not started any more.
struct WorkerHealth {
  /// So many crashes within a minute are one too many.
  static let crashesAtMost = 5
  private static let window = Duration.seconds(60)
  private static let longestRest = Duration.seconds(30)

  /// Those within the window.
  private var crashes: [Instant] = []
  private var restUntil = Instant(nanoseconds: 0)
  /// Why it rests.
  private var trouble: Failure?
  /// Why it is never started again by itself.
  private(set) var quarantine: Failure?

  /// Why it is not to be started now; nil where it may.
  func obstacle(at now: Instant) -> Failure? {
    if let quarantine { return quarantine }
    guard let trouble, now < restUntil else { return nil }
    let rest = max(1, (restUntil.since(now).milliseconds + 999) / 1000)
    return Failure(
      .unavailable, trouble.reason, "\(trouble.message); it is started again in \(rest) s")
  }

  /// The plugin does not open: that may pass.
  mutating func noteRefusal(_ failure: Failure, at now: Instant) {
    crashes = recent(now) + [now]
    rest(for: failure, at: now)
  }

  mutating func noteCrash(_ failure: Failure, of name: String, at now: Instant) {
    crashes = recent(now) + [now]
    guard crashes.count < Self.crashesAtMost else {
      quarantine = Failure(
        .unavailable, "quarantined",
        "\(failure.message), for the \(crashes.count)th time within a minute; "
          + "orien plugin restart \(name) tries it again")
      return
    }
    rest(for: failure, at: now)
  }

  /// Somebody wants it tried again.
  mutating func forgive() { self = WorkerHealth() }

  private func recent(_ now: Instant) -> [Instant] {
    crashes.filter { now.since($0) < Self.window }
  }

  /// None after the first crash.
  private mutating func rest(for failure: Failure, at now: Instant) {
    trouble = failure
    let doublings = min(crashes.count - 1, 9)
    let rest = doublings == 0 ? Duration.zero : .milliseconds(100 << (doublings - 1))
    restUntil = now + min(rest, Self.longestRest)
  }
}
