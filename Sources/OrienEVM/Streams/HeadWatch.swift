internal import OrienModel
internal import OrienSystem

/// Holds the newest blocks that are told against each other and against this machine's clock: a
/// server that is behind, or that lies, must not decide what a stream has paid.
struct HeadWatch: Sendable {
  /// By how much it may go back, as chains do.
  let slack: UInt64
  /// By how much the two clocks may differ; nil: they are not compared.
  let skewSeconds: UInt64?
  private var highest: (number: UInt64, seen: Instant)?

  /// For so long the highest one counts: one that was made up must not shut out true ones for good.
  static let memory = Duration.seconds(3600)

  init(slack: UInt64, skewSeconds: UInt64?) {
    self.slack = slack
    self.skewSeconds = skewSeconds
  }

  /// Throws where it is not believed. `wall` is this machine's clock in seconds since 1970.
  mutating func check(
    number: UInt64, timestamp: UInt64, wall: UInt64, now: Instant
  ) throws(Failure) {
    if let skewSeconds {
      if timestamp > wall, timestamp - wall > skewSeconds {
        throw Self.refusal(
          "chain-ahead", "block \(number) is of \(timestamp - wall) s ahead of this machine's clock"
        )
      }
      if wall > timestamp, wall - timestamp > skewSeconds {
        throw Self.refusal(
          "chain-behind",
          "the newest block, \(number), is \(wall - timestamp) s old by this machine's clock")
      }
    }
    if let highest, now.since(highest.seen) < Self.memory, number < highest.number {
      guard highest.number - number <= slack else {
        throw Self.refusal(
          "chain-went-back", "the newest block is \(number), and was \(highest.number) before")
      }
      return
    }
    highest = (number, now)
  }

  private static func refusal(_ reason: String, _ message: String) -> Failure {
    Failure(.unavailable, reason, message)
  }
}
