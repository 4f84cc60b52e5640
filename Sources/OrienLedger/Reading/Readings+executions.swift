import OrienModel

extension Readings {
  func execution(_ id: ExecutionID) throws(DatabaseError) -> KeptExecution? {
    let row = try statement(
      "SELECT \(Acceptance.columns()), status, position FROM executions WHERE number = ? AND id = ?"
    ).first({
      $0.integer(mint.number(of: id))
      $0.id(id)
    }) { row throws(DatabaseError) in try Found(row) }
    return try row.map { row throws(DatabaseError) in try kept(row) }
  }

  /// No page looks at more rows than this, whatever the filter leaves of them.
  private static let scannedRows = 20_000
  private static let longestPage = 1000

  func page(_ query: ExecutionQuery) throws(DatabaseError) -> ExecutionPage {
    let isOpen = query.status.map { !$0.isFinal } ?? false
    var found: [Found] = []
    var scanned = 0
    var next: Int64?
    let limit = max(1, min(query.limit, Self.longestPage))
    try statement(
      """
      SELECT \(Acceptance.columns()), status, position, number
      FROM \(isOpen ? OpenSpans.rows : "executions")
      WHERE number < ? \(isOpen ? "AND status < 2 ORDER BY span DESC," : "ORDER BY") number DESC
      """
    ).each({ $0.integer(query.cursor.map(mint.number(of:)) ?? .max) }) {
      row throws(DatabaseError) in
      guard found.count < limit, scanned < Self.scannedRows else { return false }
      scanned += 1
      next = row.integer(11)
      if query.accepts(row) { found.append(try Found(row)) }
      return true
    }
    // A full page may be the last one: the next is then empty and says so.
    let isLast = found.count < limit && scanned < Self.scannedRows
    return ExecutionPage(
      executions: try found.map { row throws(DatabaseError) in try kept(row) },
      next: isLast ? nil : next.map { mint.cursor(at: $0) })
  }

  private struct Found {
    var acceptance: Acceptance
    var status: Status
    var position: Int64

    init(_ row: Row) throws(DatabaseError) {
      acceptance = try Acceptance(row)
      guard let status = Status(column: row.integer(9)) else {
        throw DatabaseError(corrupt: "an execution's status is none")
      }
      self.status = status
      position = row.integer(10)
    }
  }

  private func kept(_ found: Found) throws(DatabaseError) -> KeptExecution {
    guard found.status.isFinal else {
      return KeptExecution(acceptance: found.acceptance, status: found.status, end: nil)
    }
    let end = try statement(
      """
      SELECT record, hash, outputs.position IS NULL
      FROM records LEFT JOIN outputs USING (position) WHERE records.position = ?
      """
    ).first({ $0.integer(found.position) }) { row throws(DatabaseError) in
      let record = try Self.record(row.bytes(0))
      return KeptExecution.End(
        record: record,
        receipt: ReceiptReference(position: found.position, hash: row.bytes(1)),
        isOutputForgotten: row.integer(2) != 0 && record.output.bytes + record.errors.bytes > 0)
    }
    guard let end else {
      throw DatabaseError(corrupt: "\(found.acceptance.id) is final and has no record")
    }
    return KeptExecution(acceptance: found.acceptance, status: found.status, end: end)
  }

  private static func record(_ bytes: [UInt8]) throws(DatabaseError) -> FinalRecord {
    do throws(Failure) {
      return try FinalRecord(JSON(parsing: bytes))
    } catch {
      throw DatabaseError(corrupt: "a record is not readable: \(error)")
    }
  }
}

extension ExecutionQuery {
  /// Whether a row with `Acceptance.columns` and the status is one that the list shows.
  fileprivate func accepts(_ row: Row) -> Bool {
    (status.map { $0.column == row.integer(9) } ?? true)
      && (owner.map { row.view(2).elementsEqual($0.description.utf8) } ?? true)
      && (session.map { row.view(1).elementsEqual($0.description.utf8) } ?? true)
  }
}
