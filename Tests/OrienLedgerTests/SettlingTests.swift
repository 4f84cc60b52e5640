import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("Settling")
struct SettlingTests {
  let rig: Rig
  init() throws { rig = try Rig() }

  @Test("An execution that was accepted is settled once, and the first record stands")
  func once() throws {
    try rig.with { ledger in
      let acceptance = ledger.makeAcceptance()
      #expect(try ledger.accept(acceptance) == .new)
      let receipt = try ledger.settle(.completed(acceptance))
      #expect(receipt.position == 1)
      let second = #expect(throws: Failure.self) { try ledger.settle(.completed(acceptance)) }
      #expect(second?.reason == "already-final")
      #expect(try ledger.run().description != acceptance.id.description)
    }
  }

  @Test("What was never accepted cannot be settled, and leaves the chain as it was")
  func unknown() throws {
    try rig.with { ledger in
      let stranger = ledger.makeAcceptance()
      let failure = #expect(throws: Failure.self) { try ledger.settle(.completed(stranger)) }
      #expect(failure?.code == .internal)
      let acceptance = ledger.makeAcceptance()
      try ledger.accept(acceptance)
      #expect(try ledger.settle(.completed(acceptance)).position == 1)
    }
  }

  @Test("An entry that no ledger could hold is refused alone, and its neighbours are written")
  func poison() throws {
    try rig.with { ledger in
      let acceptances = (0..<3).map { _ in ledger.makeAcceptance() }
      let gate = Channel<Void>()
      let answers = Channel<(Int, Bool)>()
      // Holds the writer, so that what follows is one batch.
      ledger.submit(.certainty, Reply<Result<Void, Failure>>(direct: { _ in })) { _ in
        _ = gate.receive()
        return .success(())
      }
      for (index, acceptance) in acceptances.enumerated() {
        ledger.accept(
          acceptance, then: Reply(direct: { answers.send((index, (try? $0.get()) == .new)) }))
        ledger.submit(
          .certainty, Reply<Result<Void, Failure>>(direct: { answers.send((index + 10, $0.isOK)) })
        ) { writer throws(DatabaseError) in
          try writer.database.execute("INSERT INTO heads VALUES (-1, NULL, NULL)")
          return .success(())
        }
      }
      gate.close()
      var answered: [Int: Bool] = [:]
      for _ in 0..<6 {
        let (index, isNew) = try #require(answers.receive())
        answered[index] = isNew
      }
      #expect(answered == [0: true, 1: true, 2: true, 10: false, 11: false, 12: false])
      for acceptance in acceptances { try ledger.settle(.completed(acceptance)) }
    }
    #expect(try Chain.verify(folder: rig.path).end == 3)
  }

  @Test("Another program that locks the file delays finals and refuses what is new")
  func locked() throws {
    rig.options.retryEvery = .milliseconds(5)
    try rig.with { ledger in
      let acceptance = ledger.makeAcceptance()
      try ledger.accept(acceptance)
      let other = try Database(at: rig.file, .write)
      try other.execute("BEGIN IMMEDIATE")
      let answers = Channel<Result<Settled, Failure>>()
      ledger.settle(.completed(acceptance), then: Reply(direct: { answers.send($0) }))
      let failure = #expect(throws: Failure.self) { try ledger.accept(ledger.makeAcceptance()) }
      #expect(failure?.reason == "ledger-busy")
      try other.execute("COMMIT")
      #expect(try #require(answers.receive()).get().receipt.position == 1)
    }
  }

  @Test(
    "A log that holds more than it may at rest is moved into the file; at the end any is",
    .timeLimit(.minutes(1)))
  func logAtRest() throws {
    try rig.with { _ = try $0.run() }
    #expect(!FileManager.default.fileExists(atPath: rig.file + "-wal"))
    rig.options.restLogBytes = 0
    try rig.with { ledger in
      try ledger.run()
      while ledger.gauges.logBytes > 0 { OrienSystem.Thread.yield() }
    }
  }
}

extension Result {
  fileprivate var isOK: Bool { if case .success = self { true } else { false } }
}
