import OrienModel

extension Database {
  /// What nobody has finished, and every session.
  func recovered() throws(DatabaseError) -> Recovered {
    // What has been started is not run again: nobody needs its arguments, which may be large.
    let columns = Acceptance.columns(arguments: "CASE status WHEN 0 THEN arguments END")
    let open = try statement(
      "SELECT \(columns) FROM \(OpenSpans.rows) WHERE status < 2 ORDER BY span, number"
    ).all { row throws(DatabaseError) in try Acceptance(row) }
    let sessions = try statement(
      "SELECT owner, session, folder, created_at, last_used_at FROM sessions"
    ).all { row throws(DatabaseError) in try SessionRecord(row) }
    return Recovered(
      waiting: open.filter { $0.runningAt == nil }, started: open.filter { $0.runningAt != nil },
      sessions: sessions, operations: try openOperations(), rentals: try openRentals(),
      streams: try openClaims(), collections: try openCollections())
  }

  /// When the execution of the newest record ended.
  func newestEnd() throws(DatabaseError) -> Int64? {
    try statement("SELECT completed_at FROM records ORDER BY position DESC LIMIT 1")
      .first { $0.integer(0) }
  }
}

extension Acceptance {
  /// Most readers have no use for the arguments.
  static func columns(arguments: String = "NULL") -> String {
    "id, session, owner, tool, \(arguments), has_secrets, accepted_at, running_at, terms"
  }

  /// Reads the `columns` of a row. What was refused at the door cannot be in the file.
  init(_ row: Row) throws(DatabaseError) {
    guard row.view(0).count == 16, let session = SessionID(row.text(1)),
      let tool = ToolID(row.text(3))
    else { throw DatabaseError(corrupt: "an execution's id, session or tool is none") }
    var terms = Terms.none
    var faults: [Failure.Fault] = []
    if !row.isNull(8), let json = try? JSON(parsing: row.bytes(8)) {
      terms = Terms(json, faults: &faults)
    }
    self.init(
      id: ExecutionID(random: row.bytes(0)), session: session, owner: Owner(row.text(2)),
      tool: tool, arguments: row.bytes(4), hasSecrets: row.integer(5) != 0,
      acceptedAt: Timestamp(microseconds: row.integer(6)),
      runningAt: row.isNull(7) ? nil : Timestamp(microseconds: row.integer(7)), idempotency: nil,
      terms: terms)
  }
}

extension SessionRecord {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    guard let session = SessionID(row.text(1)) else {
      throw DatabaseError(corrupt: "a session's id is none")
    }
    self.init(
      owner: Owner(row.text(0)), session: session, folder: row.text(2),
      createdAt: Timestamp(microseconds: row.integer(3)),
      lastUsedAt: Timestamp(microseconds: row.integer(4)))
  }
}
