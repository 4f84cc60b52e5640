package import OrienModel
package import OrienSystem

/// The account of a session at one moment.
package struct AccountReport: Sendable, Equatable {
  package var account: SessionAccount
  /// What is set aside for executions that are not over.
  package var reservedMicroUnits: UInt64 = 0
  package var openExecutions = 0
}

extension Ledger {
  /// The account of a session; nil where it is not paid for ahead.
  package func account(
    of session: SessionKey, then reply: Reply<Result<AccountReport?, Failure>>
  ) {
    reader.ask(reply) { readings throws(DatabaseError) in
      .success(
        try readings.snapshot { () throws(DatabaseError) in try readings.account(of: session) })
    }
  }

  /// What a stream pays for; nil where it has never been named here, or came to nothing.
  package func claim(
    of stream: StreamName, then reply: Reply<Result<StreamClaim?, Failure>>
  ) {
    reader.ask(reply) { readings throws(DatabaseError) in
      .success(
        try readings.statement(
          "SELECT \(StreamClaim.columns) FROM streams WHERE stream = ? AND phase <> 'released'"
        ).first({ $0.text(stream.description) }) { row throws(DatabaseError) in
          try StreamClaim(row)
        })
    }
  }
}

extension Readings {
  fileprivate func account(of session: SessionKey) throws(DatabaseError) -> AccountReport? {
    let account = try statement(
      """
      SELECT number, owner, session, record FROM accounts
      WHERE owner = ? AND session = ? AND ended_at IS NULL
      """
    ).first({
      $0.text(session.owner.description)
      $0.text(session.id.description)
    }) { row throws(DatabaseError) in try SessionAccount(row) }
    guard let account else { return nil }
    var report = AccountReport(account: account)
    try statement(Database.reservations).each { row in
      guard !row.isNull(1), row.integer(1) == account.number else { return true }
      report.openExecutions += 1
      report.reservedMicroUnits = report.reservedMicroUnits.saturatingAdd(
        UInt64(bitPattern: row.integer(2)))
      return true
    }
    return report
  }
}
