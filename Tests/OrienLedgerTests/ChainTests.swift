import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("The chain of records")
struct ChainTests {
  let rig: Rig
  init() throws { rig = try Rig() }

  private func fill(_ count: Int = 10) throws {
    try rig.with { ledger in for _ in 0..<count { try ledger.run() } }
  }

  @Test("A chain that nobody touched passes, with its node stopped and at work")
  func whole() throws {
    try fill()
    #expect(try Chain.verify(folder: rig.path).end == 10)
    try rig.with { ledger in
      try ledger.run()
      let waiting = ledger.makeAcceptance()
      try ledger.accept(waiting)
      let report = try Chain.verify(folder: rig.path, trusted: ledger.publicKey)
      #expect(report.end == 11)
      #expect(report.signatures == 11)
      #expect(report.open == 1)
    }
  }

  @Test("A chain without a record passes")
  func empty() throws {
    try fill(0)
    #expect(try Chain.verify(folder: rig.path).end == 0)
  }

  @Test(
    "Whatever is changed in the file is found",
    arguments: [
      """
      UPDATE records SET record =
      CAST(replace(CAST(record AS TEXT), '"microUnits":17', '"microUnits":16') AS BLOB)
      WHERE position = 4
      """,
      "UPDATE records SET record = CAST(record || ' ' AS BLOB) WHERE position = 4",
      "UPDATE records SET hash = zeroblob(32) WHERE position = 4",
      "UPDATE heads SET signature = zeroblob(64) WHERE position = 4",
      "DELETE FROM records WHERE position = 1",
      "DELETE FROM records WHERE position = 4",
      "DELETE FROM records WHERE position = 10",
      "DELETE FROM records WHERE position > 7",
      "DELETE FROM records WHERE position > 7; DELETE FROM heads WHERE position > 7",
      "DELETE FROM heads WHERE position = 10",
      "DELETE FROM executions WHERE position = 4",
      "UPDATE executions SET position = NULL, status = 1 WHERE position = 4",
      "UPDATE executions SET status = 3 WHERE position = 4",
      "UPDATE executions SET id = randomblob(16) WHERE position = 4",
      """
      UPDATE records SET position = -1 WHERE position = 4;
      UPDATE records SET position = 4 WHERE position = 5;
      UPDATE records SET position = 5 WHERE position = -1
      """,
      """
      INSERT INTO records SELECT 11, number, completed_at, hash, record FROM records
      WHERE position = 10
      """,
      """
      INSERT INTO records SELECT 11, number, completed_at, hash, record FROM records
      WHERE position = 10;
      INSERT INTO heads SELECT 11, signature FROM heads WHERE position = 10
      """,
      """
      INSERT INTO executions SELECT number + 100, id, owner, session, tool, status, accepted_at,
      running_at, has_secrets, position, NULL, NULL, NULL FROM executions WHERE position = 4
      """,
      "INSERT INTO checkpoint SELECT 1, position, hash, zeroblob(64) FROM records WHERE position = 2",
      """
      INSERT INTO checkpoint SELECT 1, records.position, hash, signature FROM records
      JOIN heads USING (position) WHERE records.position = 2;
      DELETE FROM records WHERE position <= 2; DELETE FROM executions WHERE position <= 2
      """,
      "UPDATE facts SET value = zeroblob(32) WHERE name = 'public_key'",
    ])
  func tampered(_ sql: String) throws {
    try fill()
    try rig.tamper(sql)
    let failure = #expect(throws: Failure.self) { try Chain.verify(folder: rig.path) }
    #expect(failure?.reason == "chain-broken")
  }

  @Test("Any flipped bit of a record is found")
  func bits() throws {
    try fill(1)
    let database = try Database(at: rig.file, .write)
    let record = try database.prepare("SELECT record FROM records").first { $0.bytes(0) }!
    let update = try database.prepare("UPDATE records SET record = ?")
    for bit in stride(from: 0, to: record.count * 8, by: 97) {
      var flipped = record
      flipped[bit / 8] ^= 1 << (bit % 8)
      try update.run { $0.blob(flipped) }
      #expect(throws: Failure.self) { try Chain.verify(folder: rig.path) }
    }
    try update.run { $0.blob(record) }
    #expect(try Chain.verify(folder: rig.path).end == 1)
  }

  @Test("Newest commits cut off together are found by a receipt from after the cut")
  func cut() throws {
    try fill()
    let receipt = try rig.with { ledger in
      let id = try ledger.run()
      return try ledger.receipt(of: id)
    }
    #expect(try Chain.verify(folder: rig.path, witnesses: [receipt, receipt]).end == 11)
    try rig.tamper(
      """
      DELETE FROM executions WHERE position > 9; DELETE FROM records WHERE position > 9;
      DELETE FROM heads WHERE position > 9
      """)
    #expect(try Chain.verify(folder: rig.path).end == 9)
    #expect(throws: Failure.self) {
      try Chain.verify(folder: rig.path, witnesses: [receipt])
    }
  }

  @Test("A ledger whose end lost its signature does not open")
  func openingCut() throws {
    try fill()
    try rig.tamper("DELETE FROM records WHERE position > 7")
    let failure = #expect(throws: Failure.self) { _ = try rig.open() }
    #expect(failure?.reason == "ledger-damaged")
  }
}
