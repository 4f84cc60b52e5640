/// A session as it is kept: whose it is, and the folder that is its workspace.
///
/// It is committed before its folder is made and forgotten before its folder is removed: after a
/// crash a session without a folder never began, and a folder without a session is nobody's.
package struct Session: Sendable, Equatable {
  package var key: SessionKey
  /// Minted by the node, never the customer's text.
  package var folder: String
  package var createdAt: Timestamp
  package var lastUsedAt: Timestamp
  /// It lasts no longer than the node that has made it, and no store knows of it.
  package var isPassing: Bool

  package init(
    key: SessionKey, folder: String, createdAt: Timestamp, lastUsedAt: Timestamp,
    isPassing: Bool = false
  ) {
    self.key = key
    self.folder = folder
    self.createdAt = createdAt
    self.lastUsedAt = lastUsedAt
    self.isPassing = isPassing
  }
}

/// A session's name among all: customers name theirs without knowing of one another.
package struct SessionKey: Hashable, Sendable {
  package var owner: Owner
  package var id: SessionID

  package init(_ id: SessionID, of owner: Owner) {
    self.owner = owner
    self.id = id
  }
}
