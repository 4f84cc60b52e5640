package import OrienModel
package import OrienSystem

// The intent is committed before the effect; see `SessionRecord`.

extension Ledger {
  /// Keeps a new session, before its folder is made. Failure `conflict` where it is there.
  package func createSession(
    _ session: SessionRecord, then reply: Reply<Result<Void, Failure>>
  ) {
    submit(.room, reply) { writer throws(DatabaseError) in
      let created = try writer.statements.putSession.run { row in
        row.text(session.owner.description)
        row.text(session.session.description)
        row.text(session.folder)
        row.integer(session.createdAt.microseconds)
        row.integer(session.lastUsedAt.microseconds)
      }
      return created == 1
        ? .success(())
        : .failure(
          Failure(.conflict, "session-exists", "session \(session.session) exists already"))
    }
  }

  /// Notes when a session was last used, by which an idle one is told after a restart.
  package func useSession(
    _ session: SessionID, of owner: Owner, at time: Timestamp,
    then reply: Reply<Result<Void, Failure>>
  ) {
    submit(.certainty, reply) { writer throws(DatabaseError) in
      Self.found(
        try writer.statements.useSession.run { row in
          row.integer(time.microseconds)
          row.text(owner.description)
          row.text(session.description)
        }, session)
    }
  }

  /// Forgets a session, before anything of its folder goes. What paid for it ends with it.
  package func removeSession(
    _ session: SessionID, of owner: Owner, then reply: Reply<Result<Void, Failure>>
  ) {
    submit(.certainty, reply) { writer throws(DatabaseError) in
      try writer.endAccount(of: SessionKey(session, of: owner))
      return Self.found(
        try writer.statements.removeSession.run { row in
          row.text(owner.description)
          row.text(session.description)
        }, session)
    }
  }

  private static func found(_ changes: Int, _ session: SessionID) -> Result<Void, Failure> {
    changes == 1
      ? .success(())
      : .failure(Failure(.notFound, "session", "there is no session \(session)"))
  }
}
