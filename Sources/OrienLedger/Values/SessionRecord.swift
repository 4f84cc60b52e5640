package import OrienModel

/// A session as the ledger keeps it: whose it is and which folder holds its workspace.
///
/// The intent is committed before the effect. Making: the row, then the folder. Removing: the row
/// goes, then the folder. So after a crash a row without a folder was never begun, and a folder
/// without a row is nobody's: both are removed.
package struct SessionRecord: Sendable, Equatable {
  package var owner: Owner
  package var session: SessionID
  /// Minted by the node; never the customer's text.
  package var folder: String
  package var createdAt: Timestamp
  package var lastUsedAt: Timestamp

  package init(
    owner: Owner, session: SessionID, folder: String, createdAt: Timestamp,
    lastUsedAt: Timestamp
  ) {
    self.owner = owner
    self.session = session
    self.folder = folder
    self.createdAt = createdAt
    self.lastUsedAt = lastUsedAt
  }
}
