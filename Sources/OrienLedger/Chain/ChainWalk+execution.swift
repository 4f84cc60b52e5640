import OrienModel

/// What answers are made of beside the records: it must say what they say.
extension ChainWalk {
  /// Beside a record's own columns, those of its execution, its signature and its outputs.
  static let recordQuery = """
    SELECT records.position, record, hash, records.number, completed_at,
      executions.position, status, id, owner, session, tool, accepted_at, running_at,
      heads.position, heads.signature, heads.covers,
      outputs.position, kept_bytes, output, errors
    FROM records LEFT JOIN executions USING (number) LEFT JOIN heads USING (position)
      LEFT JOIN outputs USING (position)
    WHERE records.position > ? ORDER BY records.position LIMIT ?
    """

  /// Says what is wrong with the row of an execution beside its record, in a row of `recordQuery`.
  static func fault(in row: Row, _ record: FinalRecord) -> Failure? {
    let position = row.integer(0)
    guard !row.isNull(6), row.integer(5) == position else {
      return fault("record \(position) belongs to no execution, or to one with another record")
    }
    let stored: [(String, of: String, said: String)] = [
      ("id", text(id: row), record.id.description),
      ("owner", row.text(8), record.owner.description),
      ("session", row.text(9), record.session.description),
      ("tool", row.text(10), record.tool.description),
      (
        "status", Status(column: row.integer(6))?.rawValue ?? "none", record.status.rawValue
      ),
      ("accepted_at", number(row, 11), String(record.acceptedAt.microseconds)),
      ("running_at", number(row, 12), record.runningAt.map { String($0.microseconds) } ?? "none"),
      ("completed_at", number(row, 4), String(record.completedAt.microseconds)),
    ]
    guard let wrong = stored.first(where: { !$0.of.utf8.elementsEqual($0.said.utf8) }) else {
      return nil
    }
    return fault(
      "execution \(record.id): its \(wrong.0) is kept as \(wrong.of), but record \(position) says "
        + wrong.said)
  }

  private static func text(id row: Row) -> String {
    row.view(7).count == 16 ? ExecutionID(random: row.bytes(7)).description : "none"
  }

  private static func number(_ row: Row, _ column: Int32) -> String {
    row.isNull(column) ? "none" : String(row.integer(column))
  }

  // MARK: Outputs

  /// Says what is wrong with the outputs that are kept for a record. Those of older records are
  /// forgotten first: behind one that is kept, none is missing.
  mutating func outputFault(in row: Row, _ record: FinalRecord) -> Failure? {
    let bytes = record.output.bytes.saturatingAdd(record.errors.bytes)
    if row.isNull(16) {
      guard bytes > 0, hasSeenOutputs else { return nil }
      return Self.fault("the output of execution \(record.id) is gone, and older ones are kept")
    }
    hasSeenOutputs = true
    guard row.integer(17) == Int64(min(bytes, 1 << 44)) else {
      return Self.fault("the output of execution \(record.id) is kept as of another size")
    }
    return streamFault(in: row, 18, record.id, .output, record.output)
      ?? streamFault(in: row, 19, record.id, .errors, record.errors)
  }

  private func streamFault(
    in row: Row, _ column: Int32, _ id: ExecutionID, _ stream: OutputStream,
    _ summary: StreamSummary
  ) -> Failure? {
    let found: (bytes: UInt64, digest: [UInt8]?)?
    if !row.isNull(column) {
      found = (UInt64(row.view(column).count), Digest.of(row.bytes(column)))
    } else if summary.bytes == 0 {
      return nil
    } else {
      do throws(Failure) { found = try outputs?.digest(id, stream) } catch { return error }
    }
    // A file goes before its row does: one that is not there is forgotten.
    guard let found, found.bytes != summary.bytes || found.digest != summary.digest else {
      return nil
    }
    let name = stream == .output ? "standard output" : "standard error"
    return Self.fault("the \(name) of execution \(id) is not the one that its record vouches for")
  }
}
