import OrienModel
import OrienSystem

/// When the writer next looks for what is to be forgotten.
struct Pruning {
  private let every: Duration
  private var due: Instant
  private(set) var isUnderWay = false

  init(every: Duration) {
    self.every = every
    due = .now + every
  }

  var isDue: Bool { Instant.now > due }

  /// So long ago that it must not wait for an idle moment any more.
  var isOverdue: Bool { Instant.now > due + every }

  /// `isUnderWay`: something was forgotten, and more may follow at once.
  mutating func note(isUnderWay: Bool) {
    self.isUnderWay = isUnderWay
    due = isUnderWay ? .now : .now + every
  }
}

extension Writer {
  /// One small step of forgetting: beyond the bound of bytes the oldest outputs, beyond the bound of
  /// days whole executions.
  ///
  /// Those are small, and with each would go the receipt that somebody may still want, and the key by
  /// which a request that is sent again is known: what others wrote since never makes one go, nor
  /// does any bound within a day.
  func prune() throws(DatabaseError) {
    let days = Int64(max(1, min(options.retainDays, 36_500)))
    let cutoff = Timestamp.now.microseconds - days * 86_400_000_000
    var done = false
    if keptBytes > options.retainBytes { done = try forgetOutputs() }
    if !done { done = try forgetRecords(completedBefore: cutoff) }
    pruning.note(isUnderWay: done)
    board.show { [keptBytes] in $0.keptBytes = keptBytes }
  }

  private static let stepRows: Int64 = 256

  /// Forgets the oldest outputs: their files, then, in one transaction, their rows. Where a crash
  /// comes between, a row without a file reads as forgotten.
  private func forgetOutputs() throws(DatabaseError) -> Bool {
    var last: Int64?
    var bytes: Int64 = 0
    try database.prepare(
      """
      SELECT outputs.position, kept_bytes, id FROM outputs
      JOIN records USING (position) JOIN executions USING (number)
      ORDER BY outputs.position LIMIT ?
      """
    ).each({ $0.integer(Self.stepRows) }) { row in
      guard keptBytes - bytes > options.retainBytes else { return false }
      last = row.integer(0)
      bytes += row.integer(1)
      outputs.remove(ExecutionID(random: row.bytes(2)))
      return true
    }
    guard let last else { return false }
    try transaction { () throws(DatabaseError) in
      try database.prepare("DELETE FROM outputs WHERE position <= ?").run { $0.integer(last) }
      try statements.keep.run { $0.integer(keptBytes - bytes) }
    }
    keptBytes -= bytes
    return true
  }

  /// Forgets the oldest records, leaving a signed place from which the chain goes on.
  private func forgetRecords(completedBefore cutoff: Int64) throws(DatabaseError) -> Bool {
    var end: Link?
    var bytes: Int64 = 0
    var numbers: [Int64] = []
    try database.prepare(
      """
      SELECT records.position, completed_at, hash, number, id, coalesce(kept_bytes, 0)
      FROM records JOIN executions USING (number) LEFT JOIN outputs USING (position)
      ORDER BY records.position LIMIT ?
      """
    ).each({ $0.integer(Self.stepRows) }) { row in
      guard row.integer(1) < cutoff else { return false }
      end = Link(position: row.integer(0), hash: row.bytes(2))
      numbers.append(row.integer(3))
      outputs.remove(ExecutionID(random: row.bytes(4)))
      bytes += row.integer(5)
      return true
    }
    guard let end else { return false }
    try transaction { () throws(DatabaseError) in
      for table in ["records", "outputs", "heads"] {
        try database.prepare("DELETE FROM \(table) WHERE position <= ?").run {
          $0.integer(end.position)
        }
      }
      let forget = try database.prepare("DELETE FROM executions WHERE number = ?")
      for number in numbers { try forget.run { $0.integer(number) } }
      try database.prepare("INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?, ?)").run { row in
        row.integer(end.position)
        row.blob(end.hash)
        row.blob(key.sign(end.checkpointMessage))
      }
      try statements.keep.run { $0.integer(keptBytes - bytes) }
    }
    keptBytes -= bytes
    return true
  }
}
