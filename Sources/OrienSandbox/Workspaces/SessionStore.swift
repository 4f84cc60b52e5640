package import OrienModel
package import OrienSystem

/// What outlives the node of its sessions: the ledger, or in tests a simulated one.
///
/// Called on the loop, answered there, in the order of the calls. An answer without a failure has
/// been committed.
package protocol SessionStore: AnyObject {
  func insert(_ session: Session, then: Reply<Result<Void, Failure>>)
  /// Nobody waits for this one: a use that is forgotten in a crash only ends a session earlier.
  func touch(_ key: SessionKey, at time: Timestamp)
  /// No failure where there is none.
  func remove(_ key: SessionKey, then: Reply<Result<Void, Failure>>)
}
