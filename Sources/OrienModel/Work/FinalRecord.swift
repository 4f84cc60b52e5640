/// How an execution ended and what it costs: the one record that money rests on. It is hashed,
/// chained and signed in the ledger as the bytes that `OrienLedger` writes of it.
package struct FinalRecord: Sendable, Equatable {
  package var id: ExecutionID
  package var session: SessionID
  package var owner: Owner
  package var tool: ToolID
  package var plugin: String
  package var generation: UInt64
  package var isolation: String
  package var status: Status
  /// For programs, `^[a-z0-9-]{1,64}$`: why it ended so ("exit", "wall", "plugin-crash").
  package var reason: String
  /// For people: the failure's message where there is one beside the standard error.
  package var message: String?
  package var exitCode: Int32?
  package var signal: Int32?
  package var acceptedAt: Timestamp
  /// Nil where it never ran.
  package var runningAt: Timestamp?
  package var completedAt: Timestamp
  /// Running time alone, by the monotonic clock.
  package var runningMicroseconds: UInt64
  package var usage: Usage
  package var limits: GrantedLimits
  package var currency: String
  package var costMicroUnits: UInt64
  package var output: StreamSummary
  package var errors: StreamSummary
  /// What the handler stated (`ORIEN_FACT`), one JSON object as compact text.
  package var facts: [UInt8]?
  /// What the call has left in its workspace, where it was asked for, likewise.
  package var artifacts: [UInt8]?
  /// What paid for it where its session is paid for ahead. The ledger adds it.
  package var payment: Charge?

  package init(
    id: ExecutionID, session: SessionID, owner: Owner, tool: ToolID, plugin: String,
    generation: UInt64, isolation: String, status: Status, reason: String, message: String? = nil,
    exitCode: Int32? = nil, signal: Int32? = nil, acceptedAt: Timestamp, runningAt: Timestamp?,
    completedAt: Timestamp, runningMicroseconds: UInt64, usage: Usage, limits: GrantedLimits,
    currency: String, costMicroUnits: UInt64, output: StreamSummary, errors: StreamSummary,
    facts: [UInt8]? = nil, artifacts: [UInt8]? = nil, payment: Charge? = nil
  ) {
    self.id = id
    self.session = session
    self.owner = owner
    self.tool = tool
    self.plugin = plugin
    self.generation = generation
    self.isolation = isolation
    self.status = status
    self.reason = reason
    self.message = message
    self.exitCode = exitCode
    self.signal = signal
    self.acceptedAt = acceptedAt
    self.runningAt = runningAt
    self.completedAt = completedAt
    self.runningMicroseconds = runningMicroseconds
    self.usage = usage
    self.limits = limits
    self.currency = currency
    self.costMicroUnits = costMicroUnits
    self.output = output
    self.errors = errors
    self.facts = facts
    self.artifacts = artifacts
    self.payment = payment
  }
}

/// One of an execution's two output streams, at its end.
package struct StreamSummary: Sendable, Equatable {
  /// Bytes kept.
  package var bytes: UInt64
  /// More came than was granted, and was read and thrown away.
  package var isTruncated: Bool
  /// BLAKE2b-256 of the kept bytes, so that the record vouches for them after they are forgotten.
  /// The ledger adds it; nil where there are no bytes.
  package var digest: [UInt8]?

  package init(bytes: UInt64 = 0, isTruncated: Bool = false, digest: [UInt8]? = nil) {
    self.bytes = bytes
    self.isTruncated = isTruncated
    self.digest = digest
  }
}
