import OrienModel

/// What the operator has decided about being found.
package struct AdvertSettings: Sendable {
  /// Of a discovery server; nil: none hears of this node.
  package var url: String?
  package var kind = Kind.server
  /// An advert is renewed so often: who hears nothing of a node for a while forgets it.
  package var interval = Duration.seconds(240)
  /// Changes within so long are one.
  package var gathering = Duration.seconds(1)
  /// Between two that have succeeded, however much changes.
  package var leastGap = Duration.seconds(3)
  package var firstRetry = Duration.seconds(1)
  /// For each request.
  package var patience = Duration.seconds(15)

  /// Of Golem Base nothing is built in.
  package enum Kind: Sendable {
    case server, golemBase, both
  }

  package init() {}
}
