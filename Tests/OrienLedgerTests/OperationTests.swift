import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("Operations of backends")
struct OperationTests {
  let rig: Rig
  init() throws { rig = try Rig() }

  private func intent(_ id: String) -> OperationIntent {
    OperationIntent(
      id: id, role: "vm/1", operation: "launch", plugin: "test.backend",
      arguments: Array(#"{"name":"a"}"#.utf8), begunAt: Timestamp(microseconds: 17))
  }

  private func outcome(daysAgo days: Int64 = 0) -> OperationOutcome {
    var ended = Timestamp.now
    ended.microseconds -= days * 86_400_000_000
    return OperationOutcome(
      .done, detail: Array("{}".utf8), usage: Array("{}".utf8), endedAt: ended)
  }

  private func open(_ ledger: Ledger) -> [String] { ledger.recovered.operations.map(\.id) }

  @Test("What has an intent and no outcome is told at each start, as it was meant")
  func recovered() throws {
    try rig.with { ledger in
      try ledger.begin(intent("op-1"))
      try ledger.begin(intent("op-2"))
      try ledger.end("op-1", outcome())
      #expect(open(ledger).isEmpty)
    }
    for _ in 0..<2 {
      try rig.with { #expect($0.recovered.operations == [intent("op-2")]) }
    }
    try rig.with { try $0.end("op-2", outcome()) }
    try rig.with { #expect(open($0).isEmpty) }
  }

  @Test("An operation begins once and has one outcome")
  func once() throws {
    try rig.with { ledger in
      try ledger.begin(intent("op-1"))
      #expect(throws: Failure.self) { try ledger.begin(intent("op-1")) }
      try ledger.end("op-1", outcome())
      #expect(throws: Failure.self) { try ledger.end("op-1", outcome()) }
      #expect(throws: Failure.self) { try ledger.end("op-2", outcome()) }
    }
  }

  @Test("A node that is killed after the intent and before the outcome finds the intent")
  func killed() async throws {
    let path = rig.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let ledger = try Ledger.open(in: StateFolder(at: path)) { _ in abort() }
      let intent = OperationIntent(
        id: "op-1", role: "vm/1", operation: "launch", plugin: "test.backend", arguments: [],
        begunAt: .now)
      try ledger.begin(intent)
      kill(getpid(), SIGKILL)
      while true { pause() }
    }
    try rig.with { #expect(open($0) == ["op-1"]) }
  }

  @Test("A ledger of the schema before them gets their table, and keeps what it has")
  func migrates() throws {
    do {
      let old = try LedgerFile(
        in: StateFolder(at: rig.path), migrations: Array(Schema.migrations.prefix(4)))
      #expect(throws: DatabaseError.self) {
        _ = try old.database.number("SELECT count(*) FROM operations")
      }
    }
    try rig.with { ledger in
      try ledger.run()
      try ledger.begin(intent("op-1"))
    }
    try rig.with { #expect(open($0) == ["op-1"]) }
  }

  @Test("Outcomes are forgotten when executions of their age are, and open intents never")
  func forgotten() throws {
    rig.options.pruneEvery = .milliseconds(1)
    try rig.with { ledger in
      for id in ["old", "new", "open"] { try ledger.begin(intent(id)) }
      try ledger.end("old", outcome(daysAgo: 31))
      try ledger.end("new", outcome(daysAgo: 29))
      while try ledger.operations().contains("old") {}
      #expect(try ledger.operations() == ["new", "open"])
    }
  }
}

extension Ledger {
  fileprivate func begin(_ intent: OperationIntent) throws(Failure) {
    try wait { begin(intent, mustBeKept: false, then: $0) }
  }

  fileprivate func end(_ id: String, _ outcome: OperationOutcome) throws(Failure) {
    try wait { end(id, outcome, then: $0) }
  }

  fileprivate func operations() throws(Failure) -> [String] {
    try wait { reply in
      reader.ask(reply) { readings throws(DatabaseError) in
        var ids: [String] = []
        try readings.statement("SELECT id FROM operations ORDER BY number").each { row in
          ids.append(row.text(0))
          return true
        }
        return .success(ids)
      }
    }
  }
}
