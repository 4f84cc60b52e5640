package import OrienLedger
package import OrienModel
import OrienSandbox
package import OrienSystem

/// The sessions of workspaces, kept in the ledger. Belongs to the loop.
package final class LedgerSessions: SessionStore {
  private let ledger: Ledger
  private let loop: Loop
  private let log: Log
  /// Told of each session that is over, once the ledger has it so.
  package var onEnded: (SessionKey) -> Void = { _ in }

  package init(_ ledger: Ledger, loop: Loop, log: Log) {
    self.ledger = ledger
    self.loop = loop
    self.log = log
  }

  /// What the last node left.
  package var kept: [Session] {
    ledger.recovered.sessions.map { record in
      Session(
        key: SessionKey(record.session, of: record.owner), folder: record.folder,
        createdAt: record.createdAt, lastUsedAt: record.lastUsedAt)
    }
  }

  package func insert(_ session: Session, then reply: Reply<Result<Void, Failure>>) {
    ledger.createSession(
      SessionRecord(
        owner: session.key.owner, session: session.key.id, folder: session.folder,
        createdAt: session.createdAt, lastUsedAt: session.lastUsedAt),
      then: reply)
  }

  package func touch(_ key: SessionKey, at time: Timestamp) {
    ledger.useSession(
      key.id, of: key.owner, at: time,
      then: loop.reply { [log] (result: Result<Void, Failure>) in
        // One that is being removed has no row any more, and needs none.
        guard case .failure(let failure) = result, failure.code != .notFound else { return }
        log.warning("a session's use was not noted", ["error": failure.description])
      })
  }

  package func remove(_ key: SessionKey, then reply: Reply<Result<Void, Failure>>) {
    ledger.removeSession(
      key.id, of: key.owner,
      then: loop.reply { [weak self] (result: Result<Void, Failure>) in
        if case .failure(let failure) = result, failure.code != .notFound { return reply(result) }
        self?.onEnded(key)
        reply(.success(()))
      })
  }
}
