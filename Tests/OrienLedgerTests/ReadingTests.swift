import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("Reading")
struct ReadingTests {
  let rig: Rig
  init() throws { rig = try Rig() }

  @Test("Lists wait in a lane of their own, which has an end; other questions pass by")
  func lanes() throws {
    try rig.with { ledger in
      let id = try ledger.run()
      let gate = Channel<Void>()
      let begun = Channel<Void>()
      let answers = Channel<Result<ExecutionPage, Failure>>()
      ledger.lister.ask(Reply(direct: { (_: Result<Void, Failure>) in })) { _ in
        begun.send(())
        _ = gate.receive()
        return .success(())
      }
      _ = begun.receive()
      for _ in 0..<65 {
        ledger.executions(
          ExecutionQuery(owner: nil), then: Reply(direct: { answers.send($0) }))
      }
      #expect(throws: Failure.self) { try #require(answers.receive()).get() }
      #expect(try ledger.execution(id) != nil)
      gate.send(())
      for _ in 0..<64 { #expect(try answers.receive()?.get().executions.count == 1) }
    }
  }

  @Test("A record is read back as it was written, before and after a restart")
  func roundTrip() throws {
    let record = try rig.with { ledger in
      let acceptance = ledger.makeAcceptance()
      try ledger.accept(acceptance)
      var settlement = Settlement.completed(acceptance, output: "h\u{0}i\n")
      settlement.errors = .inline([0xFF, 0xFE])
      settlement.record.message = "it said \"no\"\n\u{1}"
      settlement.record.signal = 9
      settlement.record.usage.memoryPeakBytes = .max
      settlement.record.usage.units = ["b": 2, "a": .max]
      settlement.record.facts = Array(#"{"image":"sha256:00"}"#.utf8)
      settlement.record.errors.isTruncated = true
      try ledger.settle(settlement)
      return settlement.record
    }
    try rig.with { ledger in
      let end = try #require(try ledger.execution(record.id)?.end)
      var expected = record
      expected.output = StreamSummary(bytes: 4, digest: Digest.of(Array("h\u{0}i\n".utf8)))
      expected.errors = StreamSummary(
        bytes: 2, isTruncated: true, digest: Digest.of([0xFF, 0xFE]))
      #expect(end.record == expected)
      #expect(try ledger.receipt(of: record.id).hash == end.receipt.hash)
    }
  }

  @Test(
    "Remarks that nobody could read are left out; the bill stands",
    arguments: [
      (nil as String?, "{\"a\":"), ("a\u{0}b", "{}"), (nil, String(repeating: "[", count: 64)),
    ])
  func unreadable(_ message: String?, _ facts: String) throws {
    try rig.with { ledger in
      let acceptance = ledger.makeAcceptance()
      try ledger.accept(acceptance)
      var settlement = Settlement.completed(acceptance)
      settlement.record.message = message
      settlement.record.facts = Array(facts.utf8)
      try ledger.settle(settlement)
      let end = try #require(try ledger.execution(acceptance.id)?.end)
      #expect(end.record.message == nil && end.record.facts == nil)
      #expect(end.record.costMicroUnits == 17)
    }
    #expect(try Chain.verify(folder: rig.path).end == 1)
  }

  @Test("A list goes back from the newest, page by page, past other owners' executions")
  func pages() throws {
    try rig.with { ledger in
      var mine: [ExecutionID] = []
      for index in 0..<25 {
        let id = try ledger.run(owner: index % 2 == 0 ? "alice" : "bob")
        if index % 2 == 0 { mine.insert(id, at: 0) }
      }
      let open = ledger.makeAcceptance(session: "s2", running: false)
      try ledger.accept(open)
      mine.insert(open.id, at: 0)

      var seen: [ExecutionID] = []
      var query = ExecutionQuery(owner: Owner("alice"), limit: 5)
      repeat {
        let page = try ledger.executions(query)
        #expect(page.executions.count <= 5)
        seen += page.executions.map(\.acceptance.id)
        // A cursor is nobody's execution.
        if let next = page.next { #expect(try ledger.execution(next) == nil) }
        query.cursor = page.next
      } while query.cursor != nil
      #expect(seen == mine)

      func ids(_ query: ExecutionQuery) throws -> [ExecutionID] {
        try ledger.executions(query).executions.map(\.acceptance.id)
      }
      #expect(try ids(ExecutionQuery(owner: nil)).count == 26)
      #expect(try ids(ExecutionQuery(owner: nil, status: .pending)) == [open.id])
      #expect(try ids(ExecutionQuery(owner: nil, status: .running)).isEmpty)
      #expect(try ids(ExecutionQuery(owner: nil, status: .completed)).count == 25)
      #expect(try ids(ExecutionQuery(owner: Owner("bob"), session: SessionID("s2"))).isEmpty)
      #expect(try ids(ExecutionQuery(owner: nil, session: SessionID("s2"))) == [open.id])
    }
  }

  @Test("Any part of an output can be read, of both streams")
  func slices() throws {
    try rig.with { ledger in
      let acceptance = ledger.makeAcceptance()
      try ledger.accept(acceptance)
      var settlement = Settlement.completed(acceptance, output: "0123456789")
      settlement.errors = .inline(Array("errors".utf8))
      try ledger.settle(settlement)
      let id = acceptance.id
      #expect(try ledger.output(of: id).bytes == Array("0123456789".utf8))
      #expect(try ledger.output(of: id, from: 3, atMost: 4).bytes == Array("3456".utf8))
      #expect(try ledger.output(of: id, from: 10).bytes == [])
      #expect(try ledger.output(of: id, from: .max).total == 10)
      #expect(try ledger.output(of: id, .errors, from: 1).bytes == Array("rrors".utf8))
    }
  }

  @Test("An output in a file is read like one in the ledger")
  func file() throws {
    try rig.with { ledger in
      let acceptance = ledger.makeAcceptance()
      try ledger.accept(acceptance)
      let file = try ledger.outputs.create(acceptance.id, .output)
      let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
      try file.writeAll(bytes)
      try ledger.outputs.seal(file)
      var settlement = Settlement.completed(acceptance)
      var digest = Digest.Parts()
      for part in stride(from: 0, to: bytes.count, by: 70_000) {
        bytes[part..<min(part + 70_000, bytes.count)].withUnsafeBytes { digest.add($0) }
      }
      settlement.output = .file(digest: digest.end())
      settlement.record.output = StreamSummary(bytes: 200_000)
      try ledger.settle(settlement)
      let end = try #require(try ledger.execution(acceptance.id)?.end)
      #expect(end.record.output.digest == Digest.of(bytes))
      #expect(try ledger.output(of: acceptance.id).bytes == bytes)
      #expect(try ledger.output(of: acceptance.id, from: 199_998).bytes == [62, 63])
      ledger.outputs.remove(acceptance.id)
      let failure = #expect(throws: Failure.self) { try ledger.output(of: acceptance.id) }
      #expect(failure?.reason == "output-forgotten")
    }
  }

  @Test("The answers of one batch wake the loop once")
  func oneWake() throws {
    try rig.with { ledger in
      let loop = try Loop()
      var answers = 0
      for _ in 0..<100 {
        ledger.accept(
          ledger.makeAcceptance(),
          then: loop.reply { result in
            #expect(throws: Never.self) { try result.get() }
            answers += 1
            if answers == 100 { loop.stop() }
          })
      }
      loop.run()
      #expect(ledger.gauges.commits < 100)
      #expect(ledger.gauges.waiting == 0)
    }
  }
}
