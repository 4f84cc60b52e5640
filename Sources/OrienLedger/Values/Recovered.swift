package import OrienModel

/// What a ledger held when it was opened that nobody has finished.
package struct Recovered: Sendable {
  /// Accepted and never started, oldest first: to be run, or settled as cancelled.
  package var waiting: [Acceptance]
  /// Started when the node died, oldest first: to be settled as lost, never to be run again.
  package var started: [Acceptance]
  /// Every session, those that are leaving included.
  package var sessions: [SessionRecord]
  /// Operations of backends whose outcome nobody knows, oldest first: to be looked at by whoever
  /// asked for them, never to be done again.
  package var operations: [OperationIntent]
  /// Rented machines that are not over, oldest first.
  package var rentals: [Rental]
  /// Streams that pay for something, or may have something to collect, oldest first.
  package var streams: [StreamClaim]
  /// Collections of what streams have paid that are not over, oldest first.
  package var collections: [StreamCollection]
}
