package import OrienModel

/// An execution as the ledger has it.
package struct KeptExecution: Sendable {
  /// Its arguments are forgotten once it is final.
  package var acceptance: Acceptance
  package var status: Status
  /// Set once it is final.
  package var end: End?

  package struct End: Sendable {
    package var record: FinalRecord
    package var receipt: ReceiptReference
    /// What it wrote was more than could be kept so long; the record's figures and digests remain.
    package var isOutputForgotten: Bool
  }
}

/// Which executions a list is to show, newest first.
package struct ExecutionQuery: Sendable {
  /// Nil: everybody's, for operators.
  package var owner: Owner?
  package var session: SessionID?
  package var status: Status?
  /// Where the page before this one ended.
  package var cursor: ExecutionID?
  /// At most so many in one page, 1000 in any case.
  package var limit: Int

  package init(
    owner: Owner?, session: SessionID? = nil, status: Status? = nil, cursor: ExecutionID? = nil,
    limit: Int = 100
  ) {
    self.owner = owner
    self.session = session
    self.status = status
    self.cursor = cursor
    self.limit = limit
  }
}

/// Some executions of a list. Few or none may be in a page that has a `next`: no page is looked for
/// longer than is good for those who wait behind it.
package struct ExecutionPage: Sendable {
  package var executions: [KeptExecution]
  /// The cursor of the next page; nil where this is the last. It looks like an id and is nobody's.
  package var next: ExecutionID?
}

/// A part of what an execution wrote to one stream.
package struct OutputSlice: Sendable, Equatable {
  package var bytes: [UInt8]
  /// How many there are in all.
  package var total: UInt64
}
