import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("A large ledger")
struct ScaleTests {
  @Test("With 100,000 executions it opens within two seconds, and no page takes long")
  func large() throws {
    let rig = try Rig()
    try rig.with { _ in }
    try fill(rig, rows: 100_000)
    let start = Instant.now
    let ledger = try rig.open()
    defer { ledger.close() }
    #expect(Instant.now.since(start) < .seconds(2))

    let page = try ledger.executions(ExecutionQuery(owner: Owner("nobody")))
    #expect(page.executions.isEmpty)
    #expect(page.next != nil)
    var query = ExecutionQuery(owner: Owner("alice"), limit: 1)
    var pages = 0
    repeat {
      let page = try ledger.executions(query)
      pages += 1
      query.cursor = page.next
      if let found = page.executions.first {
        #expect(ledger.mint.number(of: found.acceptance.id) == 1)
      }
    } while query.cursor != nil
    #expect(pages == 6)
    #expect(ledger.mint.number(of: try ledger.run()) == 100_001)
  }

  /// Executions of which one, the oldest, is still open and alice's, with an end that is signed.
  private func fill(_ rig: Rig, rows: Int64) throws {
    let database = try Database(at: rig.file, .write)
    let key = try #require(try NodeKey(in: Folder(at: rig.path)))
    let mint = ExecutionMint(key: key.mintKey, last: 0)
    try database.execute(
      """
      BEGIN;
      WITH RECURSIVE numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(rows))
      INSERT INTO executions SELECT n, randomblob(16), 'bob', 's1', 'echo', 2, n, n, 0, n, NULL, NULL,
        NULL, NULL, NULL, NULL FROM numbers;
      INSERT INTO records SELECT position, number, number, zeroblob(32), zeroblob(900)
        FROM executions;
      """)
    try database.statement(
      """
      INSERT INTO executions VALUES (1, ?, 'alice', 's1', 'echo', 1, 1, 1, 0, NULL, NULL, NULL, NULL,
        NULL, NULL, NULL)
      """
    ).run { $0.blob(mint.mint().bytes) }
    let end = Link(position: rows, hash: [UInt8](repeating: 0, count: 32))
    try database.statement("INSERT INTO heads VALUES (?, ?, NULL)").run {
      $0.integer(rows)
      $0.blob(key.sign(end.headMessage(covering: nil)))
    }
    try database.execute("COMMIT")
  }
}
