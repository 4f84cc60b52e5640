import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("A node that dies", .timeLimit(.minutes(10)))
struct CrashTests {
  /// Accepts, starts and settles on several threads for as long as it lives, and notes in `notes`
  /// what was answered: one line each, in one write, which a killed process leaves whole. `answered`
  /// hears of the first of them.
  private static func work(in path: String, notes: String, _ answered: Channel<Void>) throws {
    let ledger = try Ledger.open(in: StateFolder(at: path)) { _ in abort() }
    for acceptance in ledger.recovered.waiting { try ledger.settle(.completed(acceptance)) }
    try ledger.wait { ledger.settleLost(then: $0) }
    let file = open(notes, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    @Sendable func note(_ line: String) {
      _ = (line + "\n").withCString { write(file, $0, strlen($0)) }
    }
    for thread in 0..<8 {
      Thread("work-\(thread)") {
        for round in 0... {
          var acceptance = ledger.makeAcceptance(running: (round + thread) % 3 != 0)
          guard (try? ledger.accept(acceptance)) != nil else { return }
          note("accepted \(acceptance.id)")
          if round == 0 { answered.send(()) }
          if acceptance.runningAt == nil { acceptance.runningAt = try? ledger.start(acceptance.id) }
          let output = String(repeating: "o", count: round % 7 * 1000)
          guard let receipt = try? ledger.settle(.completed(acceptance, output: output)) else {
            return
          }
          note("settled \(acceptance.id) \(receipt.position) \(String(hex: receipt.hash))")
        }
      }.detach()
    }
  }

  @Test("Killed at any moment under load, it keeps every promise once")
  func killed() async throws {
    let rig = try Rig()
    let (path, notes) = (rig.path, rig.path + "/notes")
    for round in 0..<12 {
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [path = path as String, notes = notes as String, opens = (round % 2 == 0) as Bool] in
        let answered = Channel<Void>()
        Thread("reaper") {
          // Every other one dies while it opens the ledger, as a rule.
          if !opens { _ = answered.receive(within: .seconds(60)) }
          // At a moment that nothing in the ledger leads up to.
          _ = Channel<Void>().receive(within: .microseconds(.random(in: 0...60_000)))
          kill(getpid(), SIGKILL)
        }.detach()
        try CrashTests.work(in: path, notes: notes, answered)
        while true { pause() }
      }
      // Also as the crash left it, before anybody has recovered it.
      if FileManager.default.fileExists(atPath: rig.file) {
        #expect(throws: Never.self) { try Chain.verify(folder: path) }
      }
    }
    let ledger = try rig.open()
    defer { ledger.close() }
    for acceptance in ledger.recovered.waiting { try ledger.settle(.completed(acceptance)) }
    try ledger.wait { ledger.settleLost(then: $0) }
    let report = try Chain.verify(folder: rig.path)
    #expect(report.open == 0)
    let lines = try String(contentsOfFile: notes, encoding: .utf8).split(separator: "\n")
    #expect(lines.count > 0)
    var positions: Set<Int64> = []
    for line in lines {
      let words = line.split(separator: " ").map(String.init)
      let id = try #require(ExecutionID(words[1]))
      let end = try #require(try ledger.execution(id)?.end, "\(line)")
      guard words[0] == "settled" else { continue }
      // What was answered before the crash is what is there after it.
      #expect(end.record.status == .completed)
      #expect(end.receipt.position == Int64(words[2]))
      #expect(String(hex: end.receipt.hash) == words[3])
      #expect(positions.insert(end.receipt.position).inserted)
    }
  }

  @Test("A write that fails for another reason than room ends all writing, and says so once")
  func broken() async throws {
    let rig = try Rig()
    try rig.with { ledger in try ledger.run() }
    let path = rig.path
    await #expect(processExitsWith: .exitCode(1)) { [path = path as String] in
      let told = Channel<Failure>()
      let ledger = try Ledger.open(in: StateFolder(at: path)) { told.send($0) }
      let acceptance = ledger.makeAcceptance()
      try ledger.accept(acceptance)
      // No file may grow any more: EFBIG, as a disk that is broken and not full.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 1, rlim_max: 1)
      setrlimit(__rlimit_resource_t(1), &limit)
      #expect(throws: Failure.self) { try ledger.settle(.completed(acceptance)) }
      #expect(throws: Failure.self) { try ledger.accept(ledger.makeAcceptance()) }
      #expect(try ledger.execution(acceptance.id)?.status == .running)
      #expect(told.receive() != nil)
      #expect(told.count == 0)
      ledger.close()
      exit(1)
    }
    try rig.with { ledger in
      #expect(ledger.recovered.started.count == 1)
      try ledger.wait { ledger.settleLost(then: $0) }
    }
    #expect(try Chain.verify(folder: rig.path).end == 2)
  }
}
