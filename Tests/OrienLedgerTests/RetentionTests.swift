import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("Forgetting", .timeLimit(.minutes(2)))
struct RetentionTests {
  let rig: Rig
  init() throws {
    rig = try Rig()
    rig.options.pruneEvery = .milliseconds(1)
  }

  /// Waits until the ledger no longer has the execution; every question is a turn of the reader.
  private func waitUntilGone(_ id: ExecutionID, in ledger: Ledger) throws {
    while try ledger.execution(id) != nil {}
  }

  @Test("Beyond the bound of bytes outputs go first, the oldest first, files too; records stay")
  func bytes() throws {
    rig.options.retainBytes = 40_000
    try rig.with { ledger in
      let large = ledger.makeAcceptance()
      try ledger.accept(large)
      try ledger.settle(ledger.sealedOutput(of: large, bytes: 30_000))
      let newest = try (0..<3).map { _ in try ledger.run(String(repeating: "x", count: 6000)) }.last
      while try ledger.execution(large.id)?.end?.isOutputForgotten != true {}
      #expect(try FileManager.default.contentsOfDirectory(atPath: rig.path + "/outputs").isEmpty)
      let failure = #expect(throws: Failure.self) { try ledger.output(of: large.id) }
      #expect(failure?.reason == "output-forgotten")
      #expect(try ledger.output(of: #require(newest)).total == 6000)
    }
    let report = try Chain.verify(folder: rig.path)
    #expect(report.start == 0 && report.end == 4)
  }

  @Test("Beyond the bound of bytes a young record stays, and with it the key of its request")
  func young() throws {
    rig.options.retainBytes = 5000
    try rig.with { ledger in
      let idempotency = Idempotency(key: "k", body: [1])
      let first = ledger.makeAcceptance(idempotency: idempotency)
      try ledger.accept(first)
      try ledger.settle(.completed(first, output: String(repeating: "x", count: 6000)))
      while try ledger.execution(first.id)?.end?.isOutputForgotten != true {}
      for _ in 0..<20 { try ledger.run("") }
      // Each of these is a turn of the writer's, which looks for what is to be forgotten.
      for _ in 0..<200 { try ledger.run("") }
      #expect(
        try ledger.accept(ledger.makeAcceptance(idempotency: idempotency))
          == .duplicate(of: first.id))
      #expect(ledger.gauges.keptBytes > 5000)
    }
    #expect(try Chain.verify(folder: rig.path).start == 0)
  }

  @Test("Records go when there is no output left to forget")
  func records() throws {
    rig.options.recordSeconds = 0
    try rig.with { ledger in for _ in 0..<20 { try ledger.run("") } }
    rig.options.retainBytes = 5000
    try rig.with { ledger in
      while ledger.gauges.keptBytes > 5000 { _ = try ledger.executions(ExecutionQuery(owner: nil)) }
      #expect(try !ledger.executions(ExecutionQuery(owner: nil)).executions.isEmpty)
    }
    let report = try Chain.verify(folder: rig.path)
    #expect(report.start > 0 && report.end == 20)
  }

  @Test("After its days an execution is gone, and the chain goes on from a signed place")
  func days() throws {
    let idempotency = Idempotency(key: "k", body: [1])
    let (first, receipt) = try rig.with { ledger in
      let first = ledger.makeAcceptance(idempotency: idempotency)
      try ledger.accept(first)
      try ledger.settle(.completed(first))
      for _ in 0..<5 { try ledger.run() }
      return (first.id, try ledger.receipt(of: first.id))
    }
    rig.options.retainDays = 0
    try rig.with { ledger in
      let open = ledger.makeAcceptance()
      try ledger.accept(open)
      try waitUntilGone(first, in: ledger)
      #expect(try ledger.execution(open.id)?.status == .running)
      // Its key is free again, for it is kept as long as the execution.
      #expect(try ledger.accept(ledger.makeAcceptance(idempotency: idempotency)) == .new)
      rig.options.retainDays = 30
    }
    #expect(try Chain.verify(folder: rig.path).start == 6)
    try rig.with { ledger in
      let id = try ledger.run()
      try ledger.receipt(of: id).verify(trusted: ledger.publicKey)
    }
    let report = try Chain.verify(folder: rig.path)
    #expect(report.start == 6 && report.end == 7 && report.open == 2)
    // What was given out before still holds by itself.
    try receipt.verify(trusted: report.publicKey)
  }
}
