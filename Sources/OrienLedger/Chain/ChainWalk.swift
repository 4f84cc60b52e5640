import OrienModel

/// One pass over the chain. It reads some thousand records at a time, each time from one state of
/// the file, so that a node at work is not kept from emptying its log.
struct ChainWalk {
  private(set) var report: Chain.Report
  private let database: Database
  private let publicKey: [UInt8]
  private var link: Link
  /// Records since the last signature that are still kept.
  private var unsigned: Int64 = 0
  /// More of them may be forgotten.
  private var isAfterCheckpoint = false
  /// Outputs are kept of a record that this step has followed.
  var hasSeenOutputs = false
  let outputs: OutputFiles?
  private var witnesses: [Int64: [UInt8]]
  private let records, executions: Statement

  private static let stepRows: Int64 = 4096

  init(
    _ database: Database, publicKey: [UInt8], outputs: OutputFiles?, witnesses: [Receipt]
  ) throws {
    self.database = database
    self.outputs = outputs
    self.publicKey = publicKey
    report = Chain.Report(publicKey: publicKey)
    link = Link(start: publicKey)
    self.witnesses = try Dictionary(witnesses.map { ($0.position, $0.hash) }) { one, other in
      guard one == other else {
        throw Self.fault("two receipts are of one place and of different records")
      }
      return one
    }
    records = database.statement(Self.recordQuery)
    executions = database.statement(
      """
      SELECT executions.number, status, executions.position, records.number, running_at,
        \(OpenSpans.isListed)
      FROM executions LEFT JOIN records USING (position)
      WHERE executions.number > ? ORDER BY executions.number LIMIT ?
      """)
    let owner = try database.statement("SELECT value FROM facts WHERE name = 'public_key'").first {
      $0.bytes(0)
    }
    guard owner == publicKey else {
      throw Self.fault("the ledger is of the node with the key \(String(hex: owner ?? []))")
    }
    try begin()
    report.start = link.position
  }

  mutating func run(_ progress: (Int64, Int64) -> Void) throws {
    while try step() {
      progress(
        link.position, try database.number("SELECT coalesce(max(position), 0) FROM records"))
    }
    guard unsigned == 0 else {
      throw Self.fault("the records up to \(link.position) are under no signature")
    }
    report.end = link.position
    try checkStrays()
    try checkExecutions()
    for (position, _) in witnesses where position > report.start {
      throw Self.fault(
        "a receipt names place \(position), but the chain ends at \(report.end): its end was cut off"
      )
    }
  }

  // MARK: Records

  /// Goes to the place from which the chain is kept.
  private mutating func begin() throws {
    guard let checkpoint = try database.checkpointLink() else { return }
    guard
      NodeKey.verify(checkpoint.signature, of: checkpoint.link.checkpointMessage, by: publicKey)
    else {
      throw Self.fault("the checkpoint at place \(checkpoint.link.position) is not signed")
    }
    link = checkpoint.link
    unsigned = 0
    isAfterCheckpoint = true
  }

  /// Follows some records; false where there are no more.
  private mutating func step() throws -> Bool {
    try database.execute("BEGIN")
    defer { try? database.execute("COMMIT") }
    // Records that are forgotten while this runs leave a checkpoint further on.
    if let checkpoint = try database.checkpointLink(), checkpoint.link.position > link.position {
      try begin()
    }
    var rows = 0
    var fault: Failure?
    hasSeenOutputs = false
    let place = link.position
    try records.each({
      $0.integer(place)
      $0.integer(Self.stepRows)
    }) { row in
      rows += 1
      fault = follow(row)
      return fault == nil
    }
    if let fault { throw fault }
    return rows > 0
  }

  /// Follows one record, and says what is wrong with it.
  private mutating func follow(_ row: Row) -> Failure? {
    let position = row.integer(0)
    guard position == link.position + 1 else {
      return Self.fault("record \(link.position + 1) is missing; after it comes \(position)")
    }
    link.follow(record: row.view(1))
    guard row.view(2).elementsEqual(link.hash) else {
      return Self.fault("record \(position) is not the one that was hashed, or not in its place")
    }
    guard let record = try? FinalRecord(JSON(parsing: row.bytes(1))) else {
      return Self.fault("record \(position) is not one that can be read")
    }
    if let fault = Self.fault(in: row, record) ?? outputFault(in: row, record) { return fault }
    unsigned += 1
    if !row.isNull(13), let fault = pass(Head(row, from: 13)) { return fault }
    if let hash = witnesses.removeValue(forKey: position), hash != link.hash {
      return Self.fault("record \(position) is not the one that a receipt was given for")
    }
    return nil
  }

  /// Passes a signature, which must cover the records since the one before it, all and no more.
  private mutating func pass(_ head: Head) -> Failure? {
    let position = link.position
    guard head.signs(link, by: publicKey) else {
      return Self.fault("the signature at place \(position) is not one of this node's")
    }
    // Where the records before are forgotten, so may be some that it covers.
    if let covers = head.covers, isAfterCheckpoint ? covers < unsigned : covers != unsigned {
      return Self.fault(
        "the signature at place \(position) covers \(covers) records, but the one before it is "
          + "\(unsigned) back: a signature was removed")
    }
    report.signatures += 1
    unsigned = 0
    isAfterCheckpoint = false
    return nil
  }

  // MARK: What belongs to records

  /// Whatever is signed or kept belongs to a record. What a node at work adds meanwhile is newer than
  /// this pass, and has one.
  private func checkStrays() throws {
    for (table, what) in [("heads", "is signed"), ("outputs", "has an output")] {
      let stray = try database.statement(
        """
        SELECT \(table).position FROM \(table) LEFT JOIN records USING (position)
        WHERE records.position IS NULL ORDER BY position LIMIT 1
        """
      ).first { $0.integer(0) }
      guard let stray else { continue }
      throw Self.fault(
        "place \(stray) \(what) and has no record"
          + (stray > report.end ? ": the chain's end was cut off" : ""))
    }
  }

  private mutating func checkExecutions() throws {
    var last: Int64 = -1
    var rows = 0
    repeat {
      rows = 0
      var fault: Failure?
      try executions.each({
        $0.integer(last)
        $0.integer(Self.stepRows)
      }) { row in
        rows += 1
        last = row.integer(0)
        let status = Status(column: row.integer(1))
        switch status {
        case .pending: report.waiting += 1
        case .running: report.running += 1
        default: break
        }
        let isFinal = status?.isFinal ?? true
        if isFinal ? row.isNull(3) || row.integer(3) != last : !row.isNull(2) {
          fault = Self.fault(
            "row \(last) of executions is final and has no record, or has one and is not")
        } else if !isFinal, (status == .running) == row.isNull(4) {
          fault = Self.fault("row \(last) of executions waits and has begun, or runs and has not")
        } else if !isFinal, row.integer(5) == 0 {
          fault = Self.fault("row \(last) of executions is open where no start would look for it")
        }
        return fault == nil
      }
      if let fault { throw fault }
    } while rows > 0
  }

  static func fault(_ message: String) -> Failure {
    Failure(.invalid, "chain-broken", message)
  }
}
