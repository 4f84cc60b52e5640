import CSQLite
import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("A ledger that breaks", .timeLimit(.minutes(5)))
struct BrokenTests {
  let rig: Rig

  init() throws {
    rig = try Rig()
    rig.options.retryEvery = .milliseconds(5)
  }

  private static func failure(_ code: Int32) -> DatabaseError {
    DatabaseError(code: code, of: nil, doing: "testing")
  }

  /// Runs `body` on the writer's thread.
  private func ask<Value: Sendable>(
    _ ledger: Ledger, _ need: Need = .room,
    _ body: @escaping @Sendable (Writer) throws(DatabaseError) -> Value
  ) throws(Failure) -> Value {
    try ledger.wait { (reply: Reply<Result<Value, Failure>>) in
      ledger.submit(need, reply) { writer throws(DatabaseError) in .success(try body(writer)) }
    }
  }

  @Test("Where a disk dies in the middle of a full one, that is said once")
  func twice() throws {
    let (broken, held) = (Channel<Failure>(), Channel<Failure>())
    let lost = try rig.with(onBroken: { broken.send($0) }, onHeld: { held.send($0) }) { ledger in
      let acceptance = ledger.makeAcceptance()
      try ledger.accept(acceptance)
      let answers = Channel<Result<Void, Failure>>()
      ledger.submit(.certainty, Reply(direct: { answers.send($0) })) { _ throws(DatabaseError) in
        throw Self.failure(SQLITE_FULL)
      }
      _ = held.receive()
      try ask(ledger, .nothing) { [path = rig.path] writer throws(DatabaseError) in
        // Nothing is read from memory instead.
        try writer.database.execute("PRAGMA shrink_memory")
        Self.killDisk(of: path)
      }
      #expect(throws: Failure.self) { try answers.receive()?.get() }
      #expect(throws: Failure.self) { try ledger.accept(ledger.makeAcceptance()) }
      return acceptance.id
    }
    #expect(broken.count == 1)
    try rig.with { ledger in #expect(ledger.recovered.started.map(\.id) == [lost]) }
  }

  /// Puts a folder in the place of each of the ledger's open files: it is neither read nor written.
  private static func killDisk(of path: String) {
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { close(folder) }
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
      let file = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + name)
      guard let file, [path + "/ledger.db", path + "/ledger.db-wal"].contains(file) else {
        continue
      }
      dup2(folder, Int32(name)!)
    }
  }

  @Test("What cannot be read anew when a write was rolled back ends all writing")
  func unread() throws {
    let broken = Channel<Failure>()
    let lost = try rig.with(onBroken: { broken.send($0) }) { ledger in
      let acceptance = ledger.makeAcceptance()
      try ledger.accept(acceptance)
      let refused = #expect(throws: Failure.self) {
        try ask(ledger) { writer throws(DatabaseError) in
          // No statement is short enough any more: a fault that alone would break nothing.
          sqlite3_limit(writer.database.handle, SQLITE_LIMIT_SQL_LENGTH, 1)
          throw Self.failure(SQLITE_CONSTRAINT)
        }
      }
      let later = #expect(throws: Failure.self) { try ledger.settle(.completed(acceptance)) }
      #expect(later == refused)
      return acceptance.id
    }
    #expect(broken.count == 1)
    try rig.with { ledger in
      #expect(ledger.recovered.started.map(\.id) == [lost])
      try ledger.run()
    }
    #expect(try Chain.verify(folder: rig.path).end == 1)
  }

  @Test("Forgetting that fails is not tried again at once, nor beside the next batches")
  func pruning() throws {
    rig.options.retainBytes = 0
    rig.options.pruneEvery = .seconds(3600)
    rig.options.batchEntries = 1
    let tries = Tries()
    try rig.with { ledger in
      // More than one step, and only the first of them succeeds.
      let open = (0..<300).map { _ in ledger.makeAcceptance() }
      for acceptance in open { try ledger.accept(acceptance) }
      try ask(ledger) { writer throws(DatabaseError) in
        try writer.database.execute(
          """
          CREATE TEMP TRIGGER stay BEFORE DELETE ON main.outputs WHEN old.position > 256
          BEGIN SELECT RAISE(ABORT, 'it stays'); END
          """)
        tries.watch(writer)
      }
      try ledger.settleTogether(open.map { .completed($0) })
      _ = tries.failed.receive()
      #expect(try !ask(ledger) { $0.pruning.isUnderWay })
      let (go, counts) = (Channel<Void>(), Channel<Int>())
      for _ in 0..<10 {
        ledger.submit(.room, Reply(direct: { (_: Result<Void, Failure>) in })) { _ in
          _ = go.receive()
          counts.send(tries.failed.count)
          return .success(())
        }
      }
      // All of them wait before the first is written, so that there is no idle moment between them.
      for _ in 0..<10 { go.send(()) }
      let first = counts.receive()
      for _ in 1..<10 { #expect(counts.receive() == first) }
    }
  }

  /// Hears of each transaction of a writer that is rolled back.
  private final class Tries: Sendable {
    let failed = Channel<Void>()

    func watch(_ writer: Writer) {
      sqlite3_rollback_hook(
        writer.database.handle,
        { context in
          Unmanaged<Tries>.fromOpaque(context!).takeUnretainedValue().failed.send(())
        }, Unmanaged.passUnretained(self).toOpaque())
    }
  }
}
