package import OrienModel
package import OrienSystem

// Streams that pay. A claim is kept together with what it pays for, or before it, and for good.

extension Ledger {
  /// Keeps a claim for what is there already. Failure `conflict` where the stream pays, or has paid,
  /// for something.
  package func begin(_ claim: StreamClaim, then reply: Reply<Result<Int64, Failure>>) {
    submit(.room, reply) { writer throws(DatabaseError) in
      try writer.claim(claim)
    }
  }

  /// Keeps what became of one.
  package func update(_ claim: StreamClaim, then reply: Reply<Result<Void, Failure>>) {
    submit(.certainty, reply) { writer throws(DatabaseError) in
      let changed = try writer.database.statement(
        "UPDATE streams SET phase = ?, record = ? WHERE number = ?"
      ).run { row in
        row.text(claim.phase.rawValue)
        row.blob(claim.jsonBytes)
        row.integer(claim.number)
      }
      return changed == 1
        ? .success(())
        : .failure(
          Failure(.notFound, "stream", "the ledger has no claim to stream \(claim.stream)"))
    }
  }
}

extension Writer {
  /// One index alone keeps a stream from paying twice.
  func claim(_ claim: StreamClaim) throws(DatabaseError) -> Result<Int64, Failure> {
    if let moment = claim.provenAt, try isUsed(moment, of: claim.stream) {
      return .failure(StreamClaim.provenBefore)
    }
    let added = try database.statement(
      """
      INSERT INTO streams (stream, holder, phase, record) VALUES (?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      """
    ).run { row in
      row.text(claim.stream.description)
      row.text(claim.holder.description)
      row.text(claim.phase.rawValue)
      row.blob(claim.jsonBytes)
    }
    return added == 1
      ? .success(Int64(clamping: database.lastInserted))
      : .failure(claim.stream.inUse)
  }

  /// Whether a stream was claimed, and given back, by what its sender has signed at that moment.
  private func isUsed(_ moment: Timestamp, of stream: StreamName) throws(DatabaseError) -> Bool {
    try database.statement(
      "SELECT \(StreamClaim.columns) FROM streams WHERE stream = ? AND phase = 'released'"
    ).all({ $0.text(stream.description) }) { row throws(DatabaseError) in try StreamClaim(row) }
      .contains { $0.provenAt == moment }
  }

  /// Takes back a claim of this same transaction.
  func forget(claim number: Int64) throws(DatabaseError) {
    try database.statement("DELETE FROM streams WHERE number = ?").run { $0.integer(number) }
  }
}

extension Database {
  /// Those that pay for something, or may have something to collect, oldest first.
  func openClaims() throws(DatabaseError) -> [StreamClaim] {
    try statement(
      """
      SELECT \(StreamClaim.columns) FROM streams
      WHERE phase IN ('active', 'leaving') ORDER BY number
      """
    ).all { row throws(DatabaseError) in try StreamClaim(row) }
  }

  func claim(of holder: StreamClaim.Holder) throws(DatabaseError) -> StreamClaim? {
    try statement(
      """
      SELECT \(StreamClaim.columns) FROM streams
      WHERE holder = ? AND phase <> 'released'
      """
    ).first({ $0.text(holder.description) }) { row throws(DatabaseError) in
      try StreamClaim(row)
    }
  }

  /// Those that were not given back, the newest first.
  func claims(atMost limit: Int) throws(DatabaseError) -> [StreamClaim] {
    try statement(
      """
      SELECT \(StreamClaim.columns) FROM streams
      WHERE phase <> 'released' ORDER BY number DESC LIMIT ?
      """
    ).all({ $0.integer(Int64(limit)) }) { row throws(DatabaseError) in try StreamClaim(row) }
  }
}

extension StreamClaim {
  static let columns = "number, stream, holder, phase, record"

  /// Of a row of `columns`.
  init(_ row: Row) throws(DatabaseError) {
    do throws(Failure) {
      guard let stream = StreamName(row.text(1)), let holder = Holder(row.text(2)),
        let phase = Phase(rawValue: row.text(3))
      else { throw Failure(.internal, "stream", "its name, holder or phase is none") }
      try self.init(JSON(parsing: row.bytes(4)), stream: stream, holder: holder, phase: phase)
    } catch {
      throw DatabaseError(corrupt: "stream \(row.text(1)): \(error.message)")
    }
    number = row.integer(0)
  }
}
