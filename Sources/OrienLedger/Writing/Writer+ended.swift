import OrienModel
import OrienSystem

extension Writer {
  private static let endedAtOnce: Int64 = 1024

  /// Forgets the oldest operations, rented machines and collections that have been over for as long as
  /// executions are kept. An operation whose outcome nobody knows is kept until somebody does, a
  /// machine as long as it holds anything, and a collection as long as its stream pays for something,
  /// so that what was collected of one can be counted.
  func forgetEnded() throws(DatabaseError) -> Bool {
    if try forgetEnded(of: "operations", before: \.operations) { return true }
    if try forgetEnded(of: "rentals", before: \.rentals) { return true }
    if try forgetEnded(of: "accounts", before: \.accounts) { return true }
    return try forgetEnded(
      of: "collections", where: Self.paysNoMore, before: \.collections)
  }

  private static let paysNoMore =
    "stream NOT IN (SELECT stream FROM streams WHERE phase IN ('active', 'leaving'))"

  private func forgetEnded(
    of table: StaticString, where condition: String = "TRUE",
    before cutoff: WritableKeyPath<Pruning, Cutoff>
  ) throws(DatabaseError) -> Bool {
    let (now, clock) = (Timestamp.now, Instant.now)
    guard let oldest = try oldestEnd(in: table, where: condition) else { return false }
    let cutoff = pruning[keyPath: cutoff].moment(oldest: oldest, now: now, clock: clock)
    guard oldest < cutoff else { return false }
    var forgotten = 0
    try transaction { () throws(DatabaseError) in
      forgotten = try database.statement(
        """
        DELETE FROM \(table) WHERE number IN (
          SELECT number FROM \(table) WHERE ended_at IS NOT NULL AND \(condition)
          ORDER BY number LIMIT ?
        ) AND ended_at < ?
        """
      ).run { row in
        row.integer(Self.endedAtOnce)
        row.integer(cutoff)
      }
    }
    return forgotten > 0
  }

  private func oldestEnd(
    in table: StaticString, where condition: String
  ) throws(DatabaseError) -> Int64? {
    try database.statement(
      """
      SELECT min(ended_at) FROM (
        SELECT ended_at FROM \(table) WHERE ended_at IS NOT NULL AND \(condition)
        ORDER BY number LIMIT ?)
      """
    ).first({ $0.integer(Self.endedAtOnce) }) { $0.isNull(0) ? nil : $0.integer(0) } ?? nil
  }
}
