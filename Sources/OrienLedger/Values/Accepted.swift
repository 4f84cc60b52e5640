package import OrienModel

/// What came of an acceptance.
package enum Accepted: Sendable, Equatable {
  /// It is in the ledger under its own id: the caller may hear of it and work may begin.
  case new
  /// The same request was accepted before, under this id. Nothing was written.
  case duplicate(of: ExecutionID)
}

/// Where in the chain a final record stands.
package struct ReceiptReference: Sendable, Equatable {
  package var position: Int64
  /// The chain's hash at that place.
  package var hash: [UInt8]

  package init(position: Int64, hash: [UInt8]) {
    self.position = position
    self.hash = hash
  }
}
