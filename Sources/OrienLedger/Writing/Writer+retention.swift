import OrienModel
import OrienSystem

/// When the writer next looks for what is to be forgotten.
struct Pruning {
  private let every: Duration
  private var due: Instant
  private var hasFailed = false
  private(set) var isUnderWay = false
  /// Whose turn the next step is, so that neither bound waits for the other's work to end.
  private var isTurnOfRecords = false
  var cutoff: Cutoff
  /// Of the operations of backends, of rented machines, of sessions' accounts, and of collections.
  var operations, rentals, accounts, collections: Cutoff

  init(every: Duration, days: Int) {
    self.every = every
    cutoff = Cutoff(days: days)
    operations = Cutoff(days: days)
    rentals = Cutoff(days: days)
    accounts = Cutoff(days: days)
    collections = Cutoff(days: days)
    due = .now + every
  }

  /// What is beyond the bound of bytes is forgotten at once, unless that has just failed.
  func isDue(isBeyond: Bool) -> Bool { isBeyond && !hasFailed || Instant.now >= due }

  mutating func takeTurn() -> Bool {
    isTurnOfRecords.toggle()
    return isTurnOfRecords
  }

  /// `isUnderWay`: something was forgotten, and more may follow at once.
  mutating func note(isUnderWay: Bool, hasFailed: Bool = false) {
    self.isUnderWay = isUnderWay
    self.hasFailed = hasFailed
    due = isUnderWay ? .now : .now + every
  }
}

/// What one step of forgetting takes: as many rows as a batch may add, so that no load outruns it, and
/// fewer where that would hold the next batch up.
struct Step {
  private(set) var bytes: Int64 = 0
  private var weight: Int64 = 0
  private let end: Instant

  init(within patience: Duration) { end = .now + patience }

  /// The bytes of an output, and those of them that are in the ledger's own file.
  static let columns = """
    ifnull(kept_bytes, 0), ifnull(length(output), 0) + ifnull(length(errors), 0)
    """

  var isFull: Bool { weight >= 1024 || weight > 0 && Instant.now >= end }

  /// Adds an output, with its record where that goes too, and says whether there is a file of it. One
  /// that is in a file weighs as much as a large one that is not.
  mutating func add(kept: Int64, inline: Int64, record: Int64 = 0) -> Bool {
    let isInFile = inline < kept
    bytes += kept
    weight += 1 + (isInFile ? 3 : inline >> 14) + record >> 14
    return isInFile
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
    let isTurnOfRecords = pruning.takeTurn()
    var done = try isTurnOfRecords ? forgetRecords() : forgetOutputs()
    if !done { done = try isTurnOfRecords ? forgetOutputs() : forgetRecords() }
    if !done { done = try forgetEnded() }
    pruning.note(isUnderWay: done)
    board.show { [keptBytes] in $0.keptBytes = keptBytes }
  }

  /// Forgets the oldest outputs: their files, then, in one transaction, their rows. Where a crash
  /// comes between, a row without a file reads as forgotten.
  private func forgetOutputs() throws(DatabaseError) -> Bool {
    guard keptBytes > options.retainBytes else { return false }
    // A little more than there must, so that under steady load not every batch comes with a step.
    let bound = options.retainBytes - options.retainBytes >> 6
    var last: Int64?
    var step = Step(within: options.stepPatience)
    try database.statement(
      """
      SELECT outputs.position, id, \(Step.columns) FROM outputs
      JOIN records USING (position) JOIN executions USING (number)
      ORDER BY outputs.position
      """
    ).each { row in
      guard keptBytes - step.bytes > bound, !step.isFull else { return false }
      last = row.integer(0)
      if step.add(kept: row.integer(2), inline: row.integer(3)) {
        outputs.remove(ExecutionID(random: row.bytes(1)))
      }
      return true
    }
    guard let last else { return false }
    try transaction { () throws(DatabaseError) in
      try database.statement("DELETE FROM outputs WHERE position <= ?").run { $0.integer(last) }
      try statements.keep.run { $0.integer(keptBytes - step.bytes) }
    }
    keptBytes -= step.bytes
    return true
  }

  /// Forgets the oldest records, leaving a signed place from which the chain goes on.
  ///
  /// One that seems to end in the future was written while the clock was ahead: it goes with those
  /// behind it, and keeps none of them.
  private func forgetRecords() throws(DatabaseError) -> Bool {
    let (now, clock) = (Timestamp.now, Instant.now)
    let oldest = pruning.cutoff.isNewHour(at: clock) ? try oldestEnd() : 0
    guard let oldest else { return false }
    let cutoff = pruning.cutoff.moment(oldest: oldest, now: now, clock: clock)
    var end: Link?
    var step = Step(within: options.stepPatience)
    var numbers: [Int64] = []
    var files: [ExecutionID] = []
    // What of these stands up to `end`.
    var taken = (numbers: 0, files: 0, bytes: Int64(0))
    try database.statement(
      """
      SELECT records.position, completed_at, hash, number, id, length(record), \(Step.columns)
      FROM records JOIN executions USING (number) LEFT JOIN outputs USING (position)
      ORDER BY records.position
      """
    ).each { row in
      let completedAt = row.integer(1)
      let isAhead = completedAt > now.microseconds
      guard completedAt < cutoff || isAhead, !step.isFull else { return false }
      numbers.append(row.integer(3))
      if step.add(kept: row.integer(6), inline: row.integer(7), record: row.integer(5)) {
        files.append(ExecutionID(random: row.bytes(4)))
      }
      guard !isAhead else { return true }
      end = Link(position: row.integer(0), hash: row.bytes(2))
      taken = (numbers.count, files.count, step.bytes)
      return true
    }
    guard let end else { return false }
    for id in files.prefix(taken.files) { outputs.remove(id) }
    try transaction { () throws(DatabaseError) in
      for table in ["records", "outputs", "heads"] {
        try database.statement("DELETE FROM \(table) WHERE position <= ?").run {
          $0.integer(end.position)
        }
      }
      let forget = database.statement("DELETE FROM executions WHERE number = ?")
      for number in numbers.prefix(taken.numbers) { try forget.run { $0.integer(number) } }
      try database.statement("INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?, ?)").run { row in
        row.integer(end.position)
        row.blob(end.hash)
        row.blob(key.sign(end.checkpointMessage))
      }
      try statements.keep.run { $0.integer(keptBytes - taken.bytes) }
    }
    keptBytes -= taken.bytes
    return true
  }

  /// When the oldest execution has ended, of those that may be next: they stand about in that order.
  private func oldestEnd() throws(DatabaseError) -> Int64? {
    try database.statement(
      """
      SELECT min(completed_at)
      FROM (SELECT completed_at FROM records ORDER BY position LIMIT 1024)
      """
    ).first { $0.isNull(0) ? nil : $0.integer(0) } ?? nil
  }
}
