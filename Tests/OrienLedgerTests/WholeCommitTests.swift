import Foundation
import OrienModel
import Testing

@testable import OrienLedger

/// The log is written a commit at a time, and SQLite itself must not be able to tell.
@Suite("A commit is one write to the log")
struct WholeCommitTests {
  private let rig: Rig
  private let writer: Database

  init() throws {
    rig = try Rig()
    try rig.with { _ in }
    writer = try Database(at: rig.file, .write)
    writer.watchLog()
    try writer.execute("CREATE TABLE filling (row INTEGER, bytes BLOB)")
  }

  private func fill(_ rows: Int, of bytes: Int) throws {
    try writer.execute(
      """
      WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(rows))
      INSERT INTO filling SELECT n, randomblob(\(bytes)) FROM numbers
      """)
  }

  private func count(_ database: Database) throws -> Int64 {
    try database.number("SELECT count(*) FROM filling")
  }

  private func isSound(_ database: Database) throws -> Bool {
    try database.statement("PRAGMA integrity_check").first { $0.text(0) } == "ok"
  }

  @Test(
    "Of any size, others have it when it is answered, and not before",
    arguments: [1, 26, 27, 28, 29, 30, 2000])
  func seen(rows: Int) throws {
    let reader = try Database(at: rig.file, .read)
    try writer.execute("BEGIN")
    try fill(rows, of: 4000)
    #expect(try count(reader) == 0)
    try writer.execute("COMMIT")
    #expect(try count(reader) == Int64(rows))
    #expect(try isSound(reader))
  }

  @Test("The pages of one, with their headers, go there at once")
  func once() throws {
    try fill(1, of: 10)
    try writer.execute("BEGIN")
    try fill(20, of: 4000)
    let before = try writes()
    try writer.execute("COMMIT")
    #expect(try writes() - before == 1)
  }

  /// How often this thread has written anything.
  private func writes() throws -> Int {
    let told = try String(contentsOfFile: "/proc/thread-self/io", encoding: .utf8)
    let line = try #require(told.split(separator: "\n").first { $0.hasPrefix("syscw: ") })
    return try #require(Int(line.dropFirst("syscw: ".count)))
  }

  @Test("Of a transaction that outgrows its memory nothing is written before it is committed")
  func large() throws {
    let (reader, other) = (try Database(at: rig.file, .read), try Database(at: rig.file, .write))
    try fill(1, of: 10)
    let before = try writes()
    try writer.execute("PRAGMA cache_size = 10; PRAGMA temp_store = MEMORY; BEGIN")
    try fill(500, of: 4000)
    let sum = "SELECT sum(length(bytes)) + sum(row) FROM filling WHERE length(bytes) = 4000"
    #expect(try writer.number(sum) == 500 * 4000 + 500 * 501 / 2)
    try writer.execute("UPDATE filling SET row = 0; SAVEPOINT here; DELETE FROM filling")
    try writer.execute("ROLLBACK TO here")
    #expect(try writer.number(sum) == 500 * 4000)
    try writer.execute("ROLLBACK")
    #expect(try writes() == before)
    // What somebody else then writes is not written over by what was taken back.
    try other.execute("INSERT INTO filling SELECT 7, randomblob(4000) FROM filling")
    #expect(try count(writer) == 2)
    try fill(3, of: 4000)
    #expect(try count(other) == 5)
    #expect(try count(reader) == 5)
    #expect(try isSound(writer))
    #expect(try isSound(reader))
  }

  @Test("It goes on in a log that begins anew, and through one that was given back")
  func renewed() throws {
    let reader = try Database(at: rig.file, .read)
    for round in 1...6 {
      try fill(40, of: 4000)
      #expect(writer.logBytes > 40 * 4000)
      try writer.checkpoint(freed: round.isMultiple(of: 2))
      #expect(writer.logBytes == 0)
      try fill(1, of: 10)
      #expect(try count(reader) == Int64(round) * 41)
    }
    #expect(try isSound(reader))
  }
}
