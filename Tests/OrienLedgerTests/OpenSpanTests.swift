import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("Where open executions lie")
struct OpenSpanTests {
  let rig: Rig
  init() throws { rig = try Rig() }

  private func found() throws -> [ExecutionID] {
    try rig.with { ledger in (ledger.recovered.started + ledger.recovered.waiting).map(\.id) }
  }

  /// Ends as many as two spans hold.
  private func fill(_ ledger: Ledger) throws {
    for _ in 0..<6 {
      let acceptances = (0..<100).map { _ in ledger.makeAcceptance() }
      for acceptance in acceptances { ledger.accept(acceptance, then: Reply(direct: { _ in })) }
      try ledger.settleTogether(acceptances.map { .completed($0) })
    }
  }

  private func listed() throws -> Int64 {
    try Database(at: rig.file, .read).number("SELECT count(*) FROM open_spans")
  }

  @Test("One that runs on is found and listed after thousands that came later have ended")
  func longRunning() throws {
    let ids = try rig.with { ledger in
      try (0..<3).map { turn in
        let acceptance = ledger.makeAcceptance(running: turn != 1)
        try ledger.accept(acceptance)
        try fill(ledger)
        return acceptance.id
      }
    }
    #expect(try Chain.verify(folder: rig.path).open == 3)
    #expect(try found() == [ids[0], ids[2], ids[1]])
    try rig.with { ledger in
      func listed(_ status: Status) throws -> [ExecutionID] {
        try ledger.executions(ExecutionQuery(owner: nil, status: status)).executions
          .map(\.acceptance.id)
      }
      #expect(try listed(.running) == [ids[2], ids[0]])
      #expect(try listed(.pending) == [ids[1]])
      let query = ExecutionQuery(owner: nil, status: .running, limit: 1)
      let next = try #require(try ledger.executions(query).next)
      let rest = ExecutionQuery(owner: nil, status: .running, cursor: next)
      #expect(try ledger.executions(rest).executions.map(\.acceptance.id) == [ids[0]])
    }
  }

  @Test("A number that is given out early and accepted late is found, however much ended meanwhile")
  func late() throws {
    let id = try rig.with { ledger in
      let early = ledger.makeAcceptance()
      try fill(ledger)
      try ledger.accept(early)
      return early.id
    }
    #expect(try Chain.verify(folder: rig.path).open == 1)
    #expect(try found() == [id])
  }

  @Test("What has no open execution left is not looked through for ever")
  func bounded() throws {
    try rig.with { ledger in
      for _ in 0..<4 { try fill(ledger) }
      #expect(try listed() <= 2)
      let acceptances = try (0..<4).map { _ in
        let acceptance = ledger.makeAcceptance()
        try ledger.accept(acceptance)
        try fill(ledger)
        return acceptance
      }
      #expect(try listed() >= 4)
      try ledger.settleTogether(acceptances.map { .completed($0) })
      try fill(ledger)
      #expect(try listed() <= 2)
    }
    // Nor does what an earlier node has listed stay.
    try rig.with { ledger in
      for _ in 0..<2 { try fill(ledger) }
      #expect(try listed() <= 2)
    }
  }

  @Test("What was refused and what was rolled back is in no count, and what stands is in one")
  func refused() throws {
    let ids = try rig.with { ledger in
      let kept = ledger.makeAcceptance()
      try ledger.accept(kept)
      #expect(throws: Failure.self) { try ledger.accept(kept) }
      let lost = ledger.makeAcceptance()
      // The first entry of a transaction that the second one makes fail, and then each by itself.
      let done = Channel<Void>()
      ledger.accept(lost, then: Reply(direct: { _ in }))
      ledger.submit(
        .room, Reply<Result<Void, Failure>>(direct: { _ in done.send(()) })
      ) { writer throws(DatabaseError) in
        try writer.database.execute("INSERT INTO sessions (owner) VALUES (NULL)")
        return .success(())
      }
      #expect(done.receive() != nil)
      #expect(try ledger.execution(lost.id)?.status == .running)
      try ledger.settle(.completed(lost))
      #expect(throws: Failure.self) { try ledger.settle(.completed(lost)) }
      return [kept.id]
    }
    #expect(try Chain.verify(folder: rig.path).open == 1)
    #expect(try found() == ids)
    try rig.with { ledger in
      try ledger.wait { ledger.settleLost(then: $0) }
    }
    #expect(try found() == [])
  }

  @Test("A transaction that fails leaves the spans as they were", arguments: [1, 2, 300])
  func rolledBack(_ count: Int) throws {
    try rig.with { ledger in
      if count > 2 { try fill(ledger) }
      let acceptances = (0..<count).map { _ in ledger.makeAcceptance() }
      #expect(throws: Failure.self) {
        try ledger.wait { (reply: Reply<Result<Void, Failure>>) in
          ledger.submit(.room, reply) { writer throws(DatabaseError) in
            for acceptance in acceptances { _ = try writer.accept(acceptance) }
            try writer.database.execute("INSERT INTO sessions (owner) VALUES (NULL)")
            return .success(())
          }
        }
      }
      for acceptance in acceptances { try ledger.accept(acceptance) }
      #expect(try Chain.verify(folder: rig.path).open == count)
      try ledger.settleTogether(acceptances.map { .completed($0) })
    }
    #expect(try Chain.verify(folder: rig.path).open == 0)
  }

  @Test("What is open in a ledger of an earlier schema is found by its next start")
  func earlier() throws {
    let file = try LedgerFile(
      in: StateFolder(at: rig.path), migrations: Array(Schema.migrations.prefix(3)))
    let mint = ExecutionMint(key: file.key.mintKey, last: 0)
    var open: [ExecutionID] = []
    for number in 1...2000 {
      let id = mint.mint()
      let isOpen = [1, 2, 255, 256, 1400].contains(number)
      if isOpen { open.append(id) }
      try file.database.statement(
        """
        INSERT INTO executions (number, id, owner, session, tool, status, accepted_at, running_at,
          has_secrets, arguments) VALUES (?, ?, 'alice', 's1', 'echo', ?, 1, 1, 0, x'7b7d')
        """
      ).run { row in
        row.integer(Int64(number))
        row.id(id)
        row.integer(isOpen ? 1 : 2)
      }
    }
    _ = consume file
    #expect(try found() == open)
    #expect(try listed() == 3)
  }

  @Test("An open execution that no start would find is a fault of the ledger")
  func unlisted() throws {
    try rig.with { ledger in try ledger.accept(ledger.makeAcceptance()) }
    #expect(try Chain.verify(folder: rig.path).open == 1)
    try rig.tamper("DELETE FROM open_spans")
    let failure = #expect(throws: Failure.self) { try Chain.verify(folder: rig.path) }
    #expect(failure?.message.contains("no start would look") == true)
  }
}
