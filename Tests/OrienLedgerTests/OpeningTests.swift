import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("Opening a ledger")
struct OpeningTests {
  let rig: Rig
  init() throws { rig = try Rig() }

  private func fill() throws { try rig.with { _ = try $0.run() } }

  private func refusal() -> Failure? {
    #expect(throws: Failure.self) {
      let ledger = try rig.open()
      ledger.close()
    }
  }

  @Test("A second process is refused and told who has the folder")
  func locked() throws {
    try rig.with { _ in
      let failure = refusal()
      #expect(failure?.reason == "in-use")
      #expect(failure?.message.contains("pid \(getpid())") == true)
    }
    try rig.with { _ = try $0.run() }
  }

  @Test("Nobody but the node's user can read what it keeps")
  func modes() throws {
    try fill()
    try rig.with { ledger in
      try ledger.run()
      for name in [
        "", "/ledger.db", "/ledger.db-wal", "/ledger.db-shm", "/node.key", "/outputs",
        "/reserve", "/orien.lock",
      ] {
        let attributes = try FileManager.default.attributesOfItem(atPath: rig.path + name)
        let mode = try #require(attributes[.posixPermissions] as? Int)
        #expect(mode & 0o077 == 0, "\(name) has mode \(String(mode, radix: 8))")
      }
    }
  }

  @Test("What a first start left that was killed is no part of the next one's")
  func draft() throws {
    let left = ["", "-journal", "-wal", "-shm"].map { rig.file + ".new" + $0 }
    for path in left {
      #expect(FileManager.default.createFile(atPath: path, contents: Data(repeating: 1, count: 9)))
    }
    try fill()
    for path in left { #expect(!FileManager.default.fileExists(atPath: path)) }
    #expect(try Chain.verify(folder: rig.path).end == 1)
    let database = try Database(at: rig.file, .read)
    #expect(try database.statement("PRAGMA journal_mode").first { $0.text(0) } == "wal")
  }

  @Test("A newer ledger is refused as it is")
  func newer() throws {
    try fill()
    try rig.tamper("PRAGMA user_version = 1000")
    let failure = refusal()
    #expect(failure?.reason == "ledger-newer")
    try rig.tamper("PRAGMA user_version = \(Schema.migrations.count)")
    #expect(try Chain.verify(folder: rig.path).end == 1)
  }

  @Test("Another program's SQLite file is refused as it is")
  func foreign() throws {
    try fill()
    try FileManager.default.removeItem(atPath: rig.file)
    #expect(FileManager.default.createFile(atPath: rig.file, contents: Data()))
    try rig.tamper("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)")
    #expect(refusal()?.reason == "not-a-ledger")
    #expect(try Database(at: rig.file, .read).number("SELECT count(*) FROM theirs") == 1)
  }

  @Test(
    "A file that is no ledger any more is refused, never taken for an empty one",
    arguments: [0, 100, 4096, 10_000])
  func truncated(_ bytes: UInt64) throws {
    try rig.with { ledger in for _ in 0..<50 { try ledger.run() } }
    let handle = try #require(FileHandle(forWritingAtPath: rig.file))
    try handle.truncate(atOffset: bytes)
    let failure = refusal()
    #expect(["not-a-ledger", "ledger-damaged"].contains(failure?.reason))
    #expect(try handle.seekToEnd() == bytes)
  }

  @Test("A file of an output that no record vouches for is gone at the next start, and no other")
  func strays() throws {
    let outputs = rig.path + "/outputs"
    let kept = try rig.with { ledger in
      let large = ledger.makeAcceptance()
      try ledger.accept(large)
      var settlement = try ledger.sealedOutput(of: large, bytes: 100_000)
      settlement.errors = .inline([1])
      settlement.record.errors = StreamSummary(bytes: 1)
      try ledger.settle(settlement)
      // What settled with the beginning of a stream may have left the file of one that was lost.
      let strays = [(ledger.mint.mint(), OutputStream.output), (try ledger.run(), .output)]
      for (id, stream) in strays + [(large.id, .errors)] {
        try ledger.outputs.create(id, stream).writeAll([1])
      }
      return large.id
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: outputs).count == 4)
    try rig.with { _ in }
    let left = try FileManager.default.contentsOfDirectory(atPath: outputs)
    #expect(left == ["\(kept).output"])
  }

  @Test("A ledger that was closed is one file: its log is gone with it", arguments: 0..<5)
  func noLog(_ turn: Int) throws {
    try rig.with { ledger in
      for _ in 0..<5 { try ledger.run() }
      #expect(FileManager.default.fileExists(atPath: rig.file + "-wal"))
    }
    for ending in ["-wal", "-shm"] {
      #expect(!FileManager.default.fileExists(atPath: rig.file + ending))
    }
  }

  @Test("Noise in a page is found at the start")
  func noise() throws {
    try rig.with { ledger in for _ in 0..<200 { try ledger.run() } }
    let handle = try #require(FileHandle(forUpdatingAtPath: rig.file))
    let pages = try handle.seekToEnd() / 4096
    for page in 1..<pages {
      try handle.seek(toOffset: page * 4096)
      try handle.write(contentsOf: Data((0..<64).map { _ in UInt8.random(in: 1...255) }))
    }
    #expect(refusal()?.reason == "ledger-damaged")
  }

  @Test(
    "A ledger whose key is gone, and a key whose ledger is gone, are told apart from a new start")
  func halves() throws {
    try fill()
    let key = rig.path + "/node.key"
    try FileManager.default.moveItem(atPath: key, toPath: key + ".away")
    #expect(refusal()?.reason == "key-missing")
    try FileManager.default.moveItem(atPath: key + ".away", toPath: key)
    try FileManager.default.moveItem(atPath: rig.file, toPath: rig.file + ".away")
    #expect(refusal()?.reason == "ledger-missing")
    try FileManager.default.moveItem(atPath: rig.file + ".away", toPath: rig.file)
    try fill()
  }

  @Test("Another node's key is refused")
  func otherKey() throws {
    try fill()
    try NodeKey.generate().write(to: Folder(at: rig.path))
    #expect(refusal()?.reason == "key-mismatch")
  }

  @Test("A first start that was cut off anywhere is begun again")
  func cutOff() throws {
    try fill()
    // As it is once the key is written and the ledger has not got its name yet.
    try FileManager.default.moveItem(atPath: rig.file, toPath: rig.file + ".new")
    try fill()
    #expect(try Chain.verify(folder: rig.path).end == 1)
    // As it is before the key is written.
    for name in ["/node.key", "/node.pub"] {
      try FileManager.default.removeItem(atPath: rig.path + name)
    }
    try FileManager.default.moveItem(atPath: rig.file, toPath: rig.file + ".new")
    try fill()
    #expect(try Chain.verify(folder: rig.path).end == 1)
  }

  @Test("Every schema there ever was is brought to the newest, or left as it was")
  func migrations() throws {
    let folder = try Folder(at: rig.path)
    for version in 0...Schema.migrations.count {
      let file = try LedgerFile(
        in: StateFolder(folder), migrations: Array(Schema.migrations.prefix(version)))
      #expect(try file.database.number("PRAGMA user_version") == version)
    }
    let failure = #expect(throws: Failure.self) {
      _ = try LedgerFile(
        in: StateFolder(folder), migrations: Schema.migrations + ["CREATE TABLE x (y); nonsense"])
    }
    #expect(failure?.reason == "ledger-damaged")
    try rig.with { ledger in
      _ = try ledger.run()
      let count = try Database(at: rig.file, .read).number(
        "SELECT count(*) FROM sqlite_schema WHERE name = 'x'")
      #expect(count == 0)
    }
  }

  @Test("A key that others may read is refused")
  func openKey() throws {
    try fill()
    #expect(chmod(rig.path + "/node.key", 0o640) == 0)
    #expect(refusal()?.code == .denied)
  }

  @Test("The writer waits for the disk at every commit")
  func durable() throws {
    try rig.with { ledger in
      let modes = try ledger.wait { (reply: Reply<Result<[String], Failure>>) in
        ledger.submit(.certainty, reply) { writer throws(DatabaseError) in
          let database = writer.database
          return .success([
            try database.statement("PRAGMA journal_mode").first { $0.text(0) } ?? "",
            String(try database.number("PRAGMA synchronous")),
          ])
        }
      }
      #expect(modes == ["wal", "2"])
    }
  }
}
