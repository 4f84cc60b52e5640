import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

/// Records 1 to 10 are each under a signature of their own; 11 to 15 are of one commit.
@Suite("A chain that somebody touched")
struct TamperingTests {
  let rig: Rig
  init() throws { rig = try Rig() }

  private func fill() throws {
    try rig.with { ledger in
      for _ in 0..<10 { try ledger.run() }
      let acceptances = (0..<5).map { _ in ledger.makeAcceptance() }
      for acceptance in acceptances { try ledger.accept(acceptance) }
      try ledger.settleTogether(acceptances.map { .completed($0) })
      try ledger.accept(ledger.makeAcceptance(running: false))
    }
    #expect(try Chain.verify(folder: rig.path).end == 15)
  }

  /// What one may do to the file, and what of it is told.
  private static let deeds: [(String, String)] =
    records + signatures + executions + outputs + identity

  private static let records = [
    (
      """
      UPDATE records SET record =
      CAST(replace(CAST(record AS TEXT), '"microUnits":17', '"microUnits":16') AS BLOB)
      WHERE position = 4
      """, "record 4 is not the one that was hashed"
    ),
    (
      "UPDATE records SET record = CAST(record || ' ' AS BLOB) WHERE position = 4",
      "record 4 is not the one"
    ),
    ("UPDATE records SET hash = zeroblob(32) WHERE position = 4", "record 4 is not the one"),
    ("UPDATE records SET completed_at = 1 WHERE position = 4", "completed_at is kept as 1"),
    ("UPDATE records SET number = 99 WHERE position = 4", "record 4 belongs to no execution"),
    ("DELETE FROM records WHERE position = 1", "record 1 is missing"),
    ("DELETE FROM records WHERE position = 4", "record 4 is missing"),
    ("DELETE FROM records WHERE position = 12", "record 12 is missing"),
    ("DELETE FROM records WHERE position = 15", "the records up to 14 are under no signature"),
    ("DELETE FROM records WHERE position > 7", "place 8 is signed and has no record"),
    (
      "DELETE FROM records WHERE position > 7; DELETE FROM heads WHERE position > 7",
      "place 8 has an output and has no record"
    ),
    (
      """
      DELETE FROM records WHERE position > 7; DELETE FROM heads WHERE position > 7;
      DELETE FROM outputs WHERE position > 7
      """, "is final and has no record"
    ),
    (
      """
      UPDATE records SET position = -1 WHERE position = 4;
      UPDATE records SET position = 4 WHERE position = 5;
      UPDATE records SET position = 5 WHERE position = -1
      """, "record 4 is not the one that was hashed, or not in its place"
    ),
    (
      """
      INSERT INTO records SELECT 16, number, completed_at, hash, record FROM records
      WHERE position = 15
      """, "record 16 is not the one"
    ),
    (
      """
      INSERT INTO records SELECT 16, number, completed_at, hash, record FROM records
      WHERE position = 15;
      INSERT INTO heads SELECT 16, signature, covers FROM heads WHERE position = 15
      """, "record 16 is not the one"
    ),
  ]

  private static let signatures = [
    ("UPDATE heads SET signature = zeroblob(64) WHERE position = 4", "signature at place 4"),
    ("UPDATE heads SET covers = 2 WHERE position = 4", "signature at place 4"),
    ("UPDATE heads SET covers = NULL WHERE position = 4", "signature at place 4"),
    ("DELETE FROM heads WHERE position = 1", "a signature was removed"),
    ("DELETE FROM heads WHERE position = 4", "a signature was removed"),
    ("DELETE FROM heads WHERE position BETWEEN 2 AND 9", "it is 9 back"),
    ("DELETE FROM heads WHERE position = 10", "covers 5 records"),
    (
      """
      DELETE FROM heads WHERE position = 4; UPDATE heads SET covers = 2 WHERE position = 5
      """, "signature at place 5 is not one of this node's"
    ),
    ("DELETE FROM heads WHERE position = 15", "the records up to 15 are under no signature"),
    ("DELETE FROM heads", "the records up to 15 are under no signature"),
    (
      "INSERT INTO heads SELECT 12, signature, covers FROM heads WHERE position = 4",
      "signature at place 12"
    ),
    (
      "INSERT INTO heads SELECT 99, signature, covers FROM heads WHERE position = 4",
      "place 99 is signed and has no record"
    ),
    (
      "INSERT INTO checkpoint SELECT 1, position, hash, zeroblob(64) FROM records WHERE position = 2",
      "the checkpoint at place 2 is not signed"
    ),
    (
      """
      INSERT INTO checkpoint SELECT 1, records.position, hash, signature FROM records
      JOIN heads USING (position) WHERE records.position = 2;
      DELETE FROM records WHERE position <= 2; DELETE FROM executions WHERE position <= 2
      """, "the checkpoint at place 2 is not signed"
    ),
  ]

  private static let executions = [
    ("UPDATE executions SET owner = 'mallory' WHERE position = 4", "owner is kept as mallory"),
    ("UPDATE executions SET session = 's2' WHERE position = 4", "session is kept as s2"),
    ("UPDATE executions SET tool = 'rm' WHERE position = 4", "tool is kept as rm"),
    ("UPDATE executions SET tool = 'Echo' WHERE position = 4", "tool is kept as Echo"),
    ("UPDATE executions SET status = 3 WHERE position = 4", "status is kept as failed"),
    ("UPDATE executions SET status = 9 WHERE position = 4", "status is kept as none"),
    ("UPDATE executions SET accepted_at = 7 WHERE position = 4", "accepted_at is kept as 7"),
    ("UPDATE executions SET running_at = NULL WHERE position = 4", "running_at is kept as none"),
    ("UPDATE executions SET id = randomblob(16) WHERE position = 4", "id is kept as"),
    ("UPDATE executions SET id = x'00' WHERE position = 4", "id is kept as none"),
    ("UPDATE executions SET number = 99 WHERE position = 4", "record 4 belongs to no execution"),
    (
      "UPDATE executions SET position = 5 WHERE position = 4", "record 4 belongs to no execution"
    ),
    ("DELETE FROM executions WHERE position = 4", "record 4 belongs to no execution"),
    (
      "UPDATE executions SET position = NULL, status = 1 WHERE position = 4",
      "record 4 belongs to no execution"
    ),
    (
      """
      INSERT INTO executions SELECT number + 100, id, owner, session, tool, status, accepted_at,
      running_at, has_secrets, position, NULL, NULL, NULL, NULL, NULL, NULL FROM executions
      WHERE position = 4
      """, "is final and has no record"
    ),
    ("UPDATE executions SET status = 2 WHERE status = 0", "is final and has no record"),
    ("UPDATE executions SET status = 1 WHERE status = 0", "runs and has not"),
    ("UPDATE executions SET running_at = 5 WHERE status = 0", "waits and has begun"),
  ]

  private static let outputs = [
    ("UPDATE outputs SET output = x'00' WHERE position = 4", "standard output of execution"),
    (
      "UPDATE outputs SET output = CAST('hullo' || x'0a' AS BLOB) WHERE position = 4",
      "standard output of execution"
    ),
    ("UPDATE outputs SET errors = x'00' WHERE position = 4", "standard error of execution"),
    ("UPDATE outputs SET kept_bytes = 5 WHERE position = 4", "kept as of another size"),
    ("DELETE FROM outputs WHERE position = 4", "and older ones are kept"),
    ("INSERT INTO outputs VALUES (99, 1, NULL, NULL)", "place 99 has an output and has no record"),
  ]

  private static let identity = [
    (
      "UPDATE facts SET value = zeroblob(32) WHERE name = 'public_key'",
      "the ledger is of the node with the key 0000"
    )
  ]

  @Test("Whatever is changed in the file is found, and named", arguments: deeds)
  func found(_ sql: String, _ message: String) throws {
    try fill()
    try rig.tamper(sql)
    let failure = #expect(throws: Failure.self) { try Chain.verify(folder: rig.path) }
    #expect(failure?.reason == "chain-broken")
    #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
  }

  @Test("Outputs that are forgotten from the oldest on are no fault")
  func forgotten() throws {
    try fill()
    try rig.tamper("DELETE FROM outputs WHERE position <= 12")
    #expect(try Chain.verify(folder: rig.path).end == 15)
  }

  @Test("An output in a file is held to its record too, and may be forgotten")
  func file() throws {
    let text = Array("hello\n".utf8)
    let id = try rig.with { ledger in
      let acceptance = ledger.makeAcceptance()
      try ledger.accept(acceptance)
      let file = try ledger.outputs.create(acceptance.id, .output)
      try file.writeAll(text)
      try ledger.outputs.seal(file)
      var settlement = Settlement.completed(acceptance)
      settlement.record.output.bytes = UInt64(text.count)
      settlement.output = .file(digest: Digest.of(text))
      try ledger.settle(settlement)
      return acceptance.id
    }
    #expect(try Chain.verify(folder: rig.path).end == 1)
    let path = "\(rig.path)/outputs/\(id).output"
    try Data("hallo\n".utf8).write(to: URL(filePath: path))
    let failure = #expect(throws: Failure.self) { try Chain.verify(folder: rig.path) }
    #expect(failure?.message.contains("standard output of execution \(id)") == true)
    try FileManager.default.removeItem(atPath: path)
    #expect(try Chain.verify(folder: rig.path).end == 1)
  }

  @Test("A ledger of the first schema passes as it did, and what is added to it as it does now")
  func firstSchema() throws {
    do {
      let folder = try Folder(at: rig.path)
      let old = try LedgerFile(
        in: StateFolder(folder), migrations: Array(Schema.migrations.prefix(1)))
      #expect(try old.database.number("PRAGMA user_version") == 1)
    }
    let failure = #expect(throws: Failure.self) { try Chain.verify(folder: rig.path) }
    #expect(failure?.reason == "ledger-schema")
    try fill()
    let seed = try #require(try NodeKey(in: Folder(at: rig.path)))
    let database = try Database(at: rig.file, .write)
    let link = try database.statement("SELECT position, hash FROM records WHERE position = 4")
      .first { Link(position: $0.integer(0), hash: $0.bytes(1)) }!
    try database.statement("UPDATE heads SET covers = NULL, signature = ? WHERE position = 4").run {
      $0.blob(seed.sign(link.headMessage(covering: nil)))
    }
    #expect(try Chain.verify(folder: rig.path).end == 15)
    let id = try database.statement("SELECT id FROM executions WHERE position = 4")
      .first { ExecutionID(random: $0.bytes(0)) }!
    let receipt = try rig.with { try $0.receipt(of: id) }
    #expect(receipt.covers == nil)
    try Receipt(parsing: receipt.json).verify()
  }
}
