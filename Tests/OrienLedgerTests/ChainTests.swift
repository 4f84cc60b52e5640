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
      #expect(report.waiting == 0 && report.running == 1)
    }
  }

  @Test("A chain without a record passes")
  func empty() throws {
    try fill(0)
    #expect(try Chain.verify(folder: rig.path).end == 0)
  }

  @Test("Any flipped bit of a record is found")
  func bits() throws {
    try fill(1)
    let database = try Database(at: rig.file, .write)
    let record = try database.statement("SELECT record FROM records").first { $0.bytes(0) }!
    let update = database.statement("UPDATE records SET record = ?")
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
      DELETE FROM heads WHERE position > 9; DELETE FROM outputs WHERE position > 9
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
