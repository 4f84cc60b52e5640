import OrienModel
import OrienSystem

extension Writer {
  private static let operationsAtOnce: Int64 = 1024

  /// Forgets the oldest operations whose outcome has been known for as long as executions are kept.
  /// One whose outcome nobody knows is kept until somebody does.
  func forgetOperations() throws(DatabaseError) -> Bool {
    let (now, clock) = (Timestamp.now, Instant.now)
    guard let oldest = try oldestOutcome() else { return false }
    let cutoff = pruning.operations.moment(oldest: oldest, now: now, clock: clock)
    guard oldest < cutoff else { return false }
    var forgotten = 0
    try transaction { () throws(DatabaseError) in
      forgotten = try database.prepare(
        """
        DELETE FROM operations WHERE number IN (
          SELECT number FROM operations WHERE ended_at IS NOT NULL ORDER BY number LIMIT ?
        ) AND ended_at < ?
        """
      ).run { row in
        row.integer(Self.operationsAtOnce)
        row.integer(cutoff)
      }
    }
    return forgotten > 0
  }

  private func oldestOutcome() throws(DatabaseError) -> Int64? {
    try database.prepare(
      """
      SELECT min(ended_at) FROM (
        SELECT ended_at FROM operations WHERE ended_at IS NOT NULL ORDER BY number LIMIT ?)
      """
    ).first({ $0.integer(Self.operationsAtOnce) }) { $0.isNull(0) ? nil : $0.integer(0) } ?? nil
  }
}
