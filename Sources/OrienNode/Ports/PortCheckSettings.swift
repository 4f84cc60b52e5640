import OrienModel

/// What the operator has decided about having ports checked from outside.
package struct PortCheckSettings: Sendable {
  /// URLs of port checkers. None is asked unless named here.
  package var servers: [String] = []
  /// The ports are known to be reached, and nobody is asked.
  package var isSkipped = false
  /// Again after so long; earlier where some were not reached, or nobody has answered.
  package var interval = Duration.seconds(3600)
  package var firstRetry = Duration.seconds(30)
  package var longestRetry = Duration.seconds(600)
  /// What each checker has for one question.
  package var patience = Duration.seconds(30)

  package init() {}

  var asks: Bool { !isSkipped && !servers.isEmpty }
}
