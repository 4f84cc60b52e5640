import OrienModel

/// One pass over the chain. It reads some thousand records at a time, each time from one state of
/// the file, so that a node at work is not kept from emptying its log.
struct ChainWalk {
  private(set) var report: Chain.Report
  private let database: Database
  private let publicKey: [UInt8]
  private var link: Link
  private var isSigned = true
  private var witnesses: [Int64: [UInt8]]
  private let records, executions: Statement

  private static let stepRows: Int64 = 4096

  init(_ database: Database, publicKey: [UInt8], witnesses: [Receipt]) throws {
    self.database = database
    self.publicKey = publicKey
    report = Chain.Report(publicKey: publicKey)
    link = Link(start: publicKey)
    self.witnesses = try Dictionary(witnesses.map { ($0.position, $0.hash) }) { one, other in
      guard one == other else {
        throw Self.fault("two receipts are of one place and of different records")
      }
      return one
    }
    records = try database.prepare(
      """
      SELECT records.position, record, hash, records.number, executions.position, status, id,
        heads.signature
      FROM records LEFT JOIN executions USING (number) LEFT JOIN heads USING (position)
      WHERE records.position > ? ORDER BY records.position LIMIT ?
      """)
    executions = try database.prepare(
      """
      SELECT executions.number, status, executions.position, records.number
      FROM executions LEFT JOIN records USING (position)
      WHERE executions.number > ? ORDER BY executions.number LIMIT ?
      """)
    let owner = try database.prepare("SELECT value FROM facts WHERE name = 'public_key'").first {
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
    guard isSigned else {
      throw Self.fault("the records up to \(link.position) are under no signature")
    }
    report.end = link.position
    try checkHeads()
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
    isSigned = true
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
    guard !row.isNull(5), row.integer(4) == position else {
      return Self.fault("record \(position) belongs to no execution, or to one with another record")
    }
    let id = row.view(6).count == 16 ? ExecutionID(random: row.bytes(6)).description : "none"
    guard let record = try? JSON(parsing: row.bytes(1)), record["id"]?.string == id,
      record["status"]?.string == Status(column: row.integer(5))?.rawValue
    else { return Self.fault("record \(position) does not say what its execution \(id) says") }
    isSigned = false
    if !row.isNull(7) {
      guard NodeKey.verify(row.bytes(7), of: link.headMessage, by: publicKey) else {
        return Self.fault("the signature at place \(position) is not one of this node's")
      }
      isSigned = true
      report.signatures += 1
    }
    if let hash = witnesses.removeValue(forKey: position), hash != link.hash {
      return Self.fault("record \(position) is not the one that a receipt was given for")
    }
    return nil
  }

  // MARK: What belongs to records

  private func checkHeads() throws {
    let stray = try database.prepare(
      "SELECT position FROM heads WHERE position > ? ORDER BY position LIMIT 1"
    ).first({ $0.integer(report.end) }) { $0.integer(0) }
    // Signatures of a node at work may be newer than this pass.
    if let stray, try database.number("SELECT count(*) FROM records WHERE position = \(stray)") == 0
    {
      throw Self.fault("place \(stray) is signed and has no record: the chain's end was cut off")
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
        let isFinal = Status(column: row.integer(1))?.isFinal ?? true
        if !isFinal { report.open += 1 }
        if isFinal ? row.isNull(3) || row.integer(3) != last : !row.isNull(2) {
          fault = Self.fault("execution \(last) is final and has no record, or has one and is not")
        }
        return fault == nil
      }
      if let fault { throw fault }
    } while rows > 0
  }

  private static func fault(_ message: String) -> Failure {
    Failure(.invalid, "chain-broken", message)
  }
}
