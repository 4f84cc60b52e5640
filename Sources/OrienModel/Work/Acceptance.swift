/// An execution as the ledger first keeps it: enough to run it after a restart, and to bill it.
package struct Acceptance: Sendable {
  package var id: ExecutionID
  package var session: SessionID
  package var owner: Owner
  package var tool: ToolID
  /// The arguments as compact JSON, secret ones left out.
  package var arguments: [UInt8]
  /// Secret arguments were given: after a restart the execution cannot be run.
  package var hasSecrets: Bool
  package var acceptedAt: Timestamp
  /// Set where it was born running; nil where it waits in the queue.
  package var runningAt: Timestamp?
  package var idempotency: Idempotency?
  package var terms: Terms
  package var need: PaymentNeed

  package init(
    id: ExecutionID, session: SessionID, owner: Owner, tool: ToolID, arguments: [UInt8],
    hasSecrets: Bool, acceptedAt: Timestamp, runningAt: Timestamp?, idempotency: Idempotency?,
    terms: Terms = .none, need: PaymentNeed = .none
  ) {
    self.id = id
    self.session = session
    self.owner = owner
    self.tool = tool
    self.arguments = arguments
    self.hasSecrets = hasSecrets
    self.acceptedAt = acceptedAt
    self.runningAt = runningAt
    self.idempotency = idempotency
    self.terms = terms
    self.need = need
  }
}
