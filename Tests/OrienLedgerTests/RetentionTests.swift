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

  @Test("Records are not counted: as many as there are, outputs within the bound stay")
  func recordsDoNotCount() throws {
    rig.options.retainBytes = 200
    try rig.with { ledger in
      let ids = try (0..<20).map { _ in try ledger.run() }
      // Each of these is a turn of the writer's, which looks for what is to be forgotten.
      for _ in 0..<200 { try ledger.run("") }
      for id in ids { #expect(try ledger.execution(id)?.end?.isOutputForgotten == false) }
      #expect(ledger.gauges.keptBytes == 120)
    }
  }

  @Test("Beyond the bound of bytes no record goes, and no request that was made is made again")
  func recordsStay() throws {
    rig.options.retainBytes = 0
    try rig.with { ledger in
      let idempotency = Idempotency(key: "k", body: [1])
      let first = ledger.makeAcceptance(idempotency: idempotency)
      try ledger.accept(first)
      try ledger.settle(.completed(first))
      // Each of these is forgotten by a step that comes after those of the one before.
      for _ in 0..<20 {
        let id = try ledger.run()
        while try ledger.execution(id)?.end?.isOutputForgotten == false {}
      }
      ledger.waitUntilKept(bytes: 0)
      let again = ledger.makeAcceptance(idempotency: idempotency)
      #expect(try ledger.accept(again) == .duplicate(of: first.id))
    }
    let report = try Chain.verify(folder: rig.path)
    #expect(report.start == 0 && report.end == 21)
  }

  @Test("After its days an execution is gone, and the chain goes on from a signed place")
  func days() throws {
    let idempotency = Idempotency(key: "k", body: [1])
    let (first, receipt) = try rig.with { ledger in
      let first = try ledger.run(daysAgo: 2.5, idempotency: idempotency)
      for _ in 0..<5 { try ledger.run(daysAgo: 2.5) }
      return (first.id, try ledger.receipt(of: first.id))
    }
    rig.options.retainDays = 2
    try rig.with { ledger in
      let open = ledger.makeAcceptance()
      try ledger.accept(open)
      try ledger.waitUntilGone(first)
      #expect(try ledger.execution(open.id)?.status == .running)
      ledger.waitUntilKept(bytes: 0)
      // Its key is free again, for it is kept as long as the execution.
      #expect(try ledger.accept(ledger.makeAcceptance(idempotency: idempotency)) == .new)
    }
    #expect(try Chain.verify(folder: rig.path).start == 6)
    rig.options.retainDays = 30
    try rig.with { ledger in
      let id = try ledger.run()
      try ledger.receipt(of: id).verify(trusted: ledger.publicKey)
    }
    let report = try Chain.verify(folder: rig.path)
    #expect(report.start == 6 && report.end == 7 && report.open == 2)
    // What was given out before still holds by itself.
    try receipt.verify(trusted: report.publicKey)
  }

  @Test("For a day no request is made again, whatever the bounds are")
  func firstDay() throws {
    let idempotency = Idempotency(key: "k", body: [1])
    (rig.options.retainDays, rig.options.retainBytes) = (0, 0)
    try rig.with { ledger in
      let old = try ledger.run(daysAgo: 1.1)
      let kept = try ledger.run(daysAgo: 0.9, idempotency: idempotency)
      try ledger.waitUntilGone(old.id)
      let again = ledger.makeAcceptance(idempotency: idempotency)
      #expect(try ledger.accept(again) == .duplicate(of: kept.id))
    }
    #expect(try Chain.verify(folder: rig.path).start == 1)
  }

  @Test("A ledger that counted its records too counts outputs alone from its next start on")
  func counting() throws {
    try rig.with { ledger in
      for text in ["", "hello\n", "hello again\n"] { try ledger.run(text) }
      #expect(ledger.gauges.keptBytes == 18)
    }
    try rig.tamper(
      """
      UPDATE facts SET value = 5000 WHERE name = 'kept_bytes'; DROP TABLE open_spans;
      DROP TABLE operations; DROP TABLE rentals; DROP TABLE streams;
      DROP TABLE collections; DROP TABLE accounts; ALTER TABLE executions DROP COLUMN terms;
      ALTER TABLE executions DROP COLUMN account; ALTER TABLE executions DROP COLUMN reserved;
      CREATE INDEX executions_open ON executions (number) WHERE status < 2;
      PRAGMA user_version = 2
      """)
    try rig.with { #expect($0.gauges.keptBytes == 18) }
  }

  @Test("A clock that is far ahead forgets no more at once than what ended within the oldest day")
  func clockAhead() throws {
    rig.options.retainDays = 1000
    let (old, kept) = try rig.with { ledger in
      let old = try [500, 499.1].map { try ledger.run(daysAgo: $0).id }
      return (old, try ledger.run(daysAgo: 498.9).id)
    }
    rig.options.retainDays = 30
    try rig.with { ledger in
      for id in old { try ledger.waitUntilGone(id) }
      // Each of these is a turn of the writer's, which looks for what is to be forgotten.
      for _ in 0..<200 { try ledger.run("") }
      #expect(try ledger.execution(kept) != nil)
    }
    // A node that starts has its hour anew.
    try rig.with { try $0.waitUntilGone(kept) }
  }

  @Test("In each hour of uptime the cutoff moves to a day after the oldest that is kept, at most")
  func cutoff() {
    let (day, hour) = (Int64(86_400_000_000), UInt64(3_600_000_000_000))
    var cutoff = Cutoff(days: 30)
    /// In days.
    func moment(oldest: Int64, now: Int64, hours: UInt64, and nanoseconds: UInt64 = 0) -> Int64 {
      let clock = Instant(nanoseconds: hours * hour + nanoseconds)
      let now = Timestamp(microseconds: now * day)
      return cutoff.moment(oldest: oldest * day, now: now, clock: clock) / day
    }
    // A steady node goes by the wall clock.
    #expect(moment(oldest: 70, now: 100, hours: 7) == 70)
    #expect(moment(oldest: 70, now: 101, hours: 7, and: hour - 1) == 71)
    // Neither does an hour that was not needed count later, nor one that lasted longer count more.
    #expect(moment(oldest: 71, now: 900, hours: 8, and: hour / 2) == 72)
    #expect(moment(oldest: 72, now: 900, hours: 9) == 72)
    #expect(moment(oldest: 72, now: 900, hours: 12) == 73)
    // What waits beyond a gap waits for one hour alone.
    #expect(moment(oldest: 500, now: 900, hours: 12, and: hour - 1) == 73)
    #expect(moment(oldest: 500, now: 900, hours: 13) == 501)
    // The wall clock that was set right again keeps what it would have kept.
    #expect(moment(oldest: 500, now: 400, hours: 14) == 370)
    #expect(moment(oldest: .max / day, now: 400, hours: 15) < 370)
  }

  @Test("A ledger that is opened when its newest record is older than any is kept says by how much")
  func beyond() throws {
    rig.options.retainDays = 50
    try rig.with { ledger in
      #expect(ledger.daysBeyond == nil)
      try ledger.run(daysAgo: 40.5)
    }
    try rig.with { #expect($0.daysBeyond == nil) }
    rig.options.retainDays = 30
    try rig.with { #expect($0.daysBeyond == 40) }
  }

  // MARK: Under load

  @Test("What a batch keeps beyond the bound is forgotten before the next one")
  func atOnce() throws {
    rig.options.pruneEvery = .seconds(86_400)
    rig.options.retainBytes = 10
    try rig.with { ledger in
      let ids = try (0..<3).map { _ in try ledger.run() }
      try ledger.run("")
      for (id, isForgotten) in zip(ids, [true, true, false]) {
        #expect(try ledger.execution(id)?.end?.isOutputForgotten == isForgotten)
      }
    }
  }

  @Test("As much is forgotten beside a batch as a batch can keep")
  func keepingPace() throws {
    let batch = rig.options.batchEntries
    rig.options.retainBytes = 0
    rig.options.stepPatience = .seconds(3600)
    try rig.with { ledger in
      let settlements = try accept(4 * batch, in: ledger)
      let kept = try settle(settlements, in: ledger) { ledger.gauges.keptBytes }
      #expect(kept <= 6 * Int64(batch))
    }
  }

  @Test("Where there is no end of outputs to forget, old executions go all the same")
  func inTurns() throws {
    rig.options.retainBytes = 0
    try rig.with { ledger in
      var settlements = try accept(4 * rig.options.batchEntries, in: ledger)
      settlements[0].record.completedAt.microseconds -= 40 * 86_400_000_000
      let old = settlements[0].record.id
      #expect(
        try settle(settlements, in: ledger) { Result { try ledger.execution(old) } }.get() == nil)
    }
  }

  private func accept(_ count: Int, in ledger: Ledger) throws -> [Settlement] {
    let acceptances = (0..<count).map { _ in ledger.makeAcceptance() }
    for acceptance in acceptances { ledger.accept(acceptance, then: Reply(direct: { _ in })) }
    return acceptances.map { .completed($0) }
  }

  /// Settles all in batches that follow one another without a pause, and returns what `look` sees at
  /// the moment in which the last of them is answered.
  private func settle<Value: Sendable>(
    _ settlements: [Settlement], in ledger: Ledger, then look: @escaping @Sendable () -> Value
  ) throws -> Value {
    let (gate, seen) = (Channel<Void>(), Channel<Value>())
    ledger.submit(.certainty, Reply<Result<Void, Failure>>(direct: { _ in })) {
      _ throws(DatabaseError) in
      _ = gate.receive()
      return .success(())
    }
    for (index, settlement) in settlements.enumerated() {
      let isLast = index == settlements.count - 1
      ledger.settle(settlement, then: Reply(direct: { _ in if isLast { seen.send(look()) } }))
    }
    gate.send(())
    return try #require(seen.receive())
  }

  @Test("A step takes as many small rows as a batch may add, and fewer that take longer")
  func steps() {
    func rows(kept: Int64, inline: Int64, record: Int64 = 900) -> Int {
      var step = Step(within: .seconds(3600))
      var count = 0
      while !step.isFull {
        #expect(step.add(kept: kept, inline: inline, record: record) == (inline < kept))
        count += 1
      }
      return count
    }
    #expect(rows(kept: 0, inline: 0) == rig.options.batchEntries)
    #expect(rows(kept: 6, inline: 6) == rig.options.batchEntries)
    #expect(rows(kept: 1 << 30, inline: 0) == 256)
    #expect(rows(kept: 65_535, inline: 65_535) == 256)
    #expect(rows(kept: 0, inline: 0, record: 65_535) == 256)
  }
}
