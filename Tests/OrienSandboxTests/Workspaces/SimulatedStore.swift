import OrienModel
import OrienSandbox
import OrienSystem

/// A store of sessions that survives its node, and does what the ledger may do.
final class SimulatedStore: SessionStore {
  var sessions: [SessionKey: Session] = [:]
  /// What the next calls answer; nil: they are done.
  var failure: Failure?
  /// The node dies before it hears the answer to a call that is done.
  var isMute = false
  /// Called when a session is about to be committed.
  var onInsert: (Session) -> Void = { _ in }
  var inserts = 0

  func insert(_ session: Session, then: Reply<Result<Void, Failure>>) {
    onInsert(session)
    if let failure { return then(.failure(failure)) }
    inserts += 1
    precondition(sessions[session.key] == nil, "one key is one row")
    sessions[session.key] = session
    if !isMute { then(.success(())) }
  }

  func touch(_ key: SessionKey, at time: Timestamp) { sessions[key]?.lastUsedAt = time }

  func remove(_ key: SessionKey, then: Reply<Result<Void, Failure>>) {
    if let failure { return then(.failure(failure)) }
    sessions[key] = nil
    if !isMute { then(.success(())) }
  }
}
