package import OrienModel

/// That a backend of a role is about to be asked for something that changes what is outside of the
/// node. It is on the disk before the backend hears of it.
package struct OperationIntent: Sendable, Equatable {
  package var id: String
  package var role: String
  package var operation: String
  /// The backend's id.
  package var plugin: String
  /// As JSON, without secrets.
  package var arguments: [UInt8]
  package var begunAt: Timestamp

  package init(
    id: String, role: String, operation: String, plugin: String, arguments: [UInt8],
    begunAt: Timestamp
  ) {
    self.id = id
    self.role = role
    self.operation = operation
    self.plugin = plugin
    self.arguments = arguments
    self.begunAt = begunAt
  }
}

/// What became of an operation, once that is known.
package struct OperationOutcome: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case done, failed
    /// Nobody heard how it ended, and a service has looked at what is there since.
    case reconciled
  }

  package var kind: Kind
  /// The answer without secrets, as JSON, or why it failed.
  package var detail: [UInt8]
  /// What it used, as JSON.
  package var usage: [UInt8]
  package var endedAt: Timestamp

  package init(_ kind: Kind, detail: [UInt8], usage: [UInt8] = [], endedAt: Timestamp) {
    self.kind = kind
    self.detail = detail
    self.usage = usage
    self.endedAt = endedAt
  }
}
