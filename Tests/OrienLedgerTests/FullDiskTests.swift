import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

/// A small file system of memory, which is gone with its test.
private final class SmallDisk {
  let path: String

  init(bytes: Int) throws {
    var template = Array("/tmp/orien-disk.XXXXXX".utf8CString)
    path = String(cString: try #require(mkdtemp(&template)))
    try #require(mount("tmpfs", path, "tmpfs", 0, "size=\(bytes),mode=700") == 0)
  }

  deinit {
    umount2(path, Int32(MNT_DETACH))
    rmdir(path)
  }

  private var filler: String { path + "/filler" }

  /// Takes all room but `bytes`.
  func fill(leaving bytes: Int) throws {
    var disk = statvfs()
    try #require(statvfs(path, &disk) == 0)
    let free = Int(disk.f_bavail) * Int(disk.f_frsize)
    let file = open(filler, O_CREAT | O_RDWR, 0o600)
    defer { close(file) }
    try #require(posix_fallocate(file, 0, max(1, free - bytes)) == 0)
  }

  func empty() { unlink(filler) }
}

@Suite("A full disk", .enabled(if: geteuid() == 0), .timeLimit(.minutes(5)))
struct FullDiskTests {
  private let disk: SmallDisk
  let rig: Rig

  init() throws {
    disk = try SmallDisk(bytes: 8 << 20)
    rig = try Rig(in: disk.path + "/state")
    rig.options.reserveBytes = 1 << 20
    rig.options.logBytes = 1 << 20
    rig.options.retryEvery = .milliseconds(5)
  }

  /// Accepts until there is room; every try is answered by the writer.
  private func acceptAtLast(_ ledger: Ledger) throws -> Acceptance {
    while true {
      let acceptance = ledger.makeAcceptance()
      do throws(Failure) {
        try ledger.accept(acceptance)
        return acceptance
      } catch {
        guard error.code == .full else { throw error }
      }
    }
  }

  @Test("What is new is refused, what was promised is written, and with room all goes on")
  func whole() throws {
    try rig.with { ledger in
      let open = (0..<200).map { _ in ledger.makeAcceptance() }
      for acceptance in open { try ledger.accept(acceptance) }
      try disk.fill(leaving: 0)
      let refused = try refusal(ledger)
      #expect(refused.code == .full && refused.reason == "disk-full")
      for acceptance in open {
        try ledger.settle(.completed(acceptance, output: String(repeating: "o", count: 1000)))
      }
      disk.empty()
      let later = try acceptAtLast(ledger)
      try ledger.settle(.completed(later))
      #expect(ledger.gauges.shortage == nil)
      #expect(FileManager.default.fileExists(atPath: rig.path + "/reserve"))
    }
    let report = try Chain.verify(folder: rig.path)
    #expect(report.open == 0 && report.end > 200)
  }

  /// Takes what room is left, and returns how the ledger refuses.
  private func refusal(_ ledger: Ledger) throws -> Failure {
    while true {
      do throws(Failure) {
        try ledger.run(String(repeating: "x", count: 4000))
      } catch {
        return error
      }
    }
  }

  @Test("What was accepted before is known by its key also while there is no room")
  func known() throws {
    try rig.with { ledger in
      let idempotency = Idempotency(key: "k", body: [1])
      let first = ledger.makeAcceptance(idempotency: idempotency)
      try ledger.accept(first)
      try disk.fill(leaving: 0)
      _ = try refusal(ledger)
      let found = try ledger.wait { ledger.accepted(under: idempotency, of: first.owner, then: $0) }
      #expect(found == first.id)
      let other = Idempotency(key: "other", body: [1])
      #expect(
        try ledger.wait { ledger.accepted(under: other, of: first.owner, then: $0) } == nil)
      disk.empty()
    }
  }

  @Test("Wherever in a write the room ends, nothing is lost and nothing is there twice")
  func everyPage() throws {
    var accepted: [ExecutionID] = []
    try rig.with { ledger in
      for pages in 0..<40 {
        var open: [Acceptance] = []
        for _ in 0..<4 { open.append(try acceptAtLast(ledger)) }
        try disk.fill(leaving: pages * 4096)
        for acceptance in open {
          try ledger.settle(.completed(acceptance, output: String(repeating: "o", count: 9000)))
          accepted.append(acceptance.id)
        }
        disk.empty()
      }
      for id in accepted {
        let kept = try #require(try ledger.execution(id))
        #expect(kept.status == .completed)
        #expect(try ledger.output(of: id).total == 9000)
      }
    }
    #expect(try Chain.verify(folder: rig.path).end == accepted.count)
  }

  @Test("Finals that do not even fit into the reserve wait, and are written when there is room")
  func waiting() throws {
    rig.options.reserveBytes = 4096
    let told = Channel<Failure>()
    try rig.with(onHeld: { told.send($0) }) { ledger in
      let open = (0..<8).map { _ in ledger.makeAcceptance() }
      for acceptance in open { try ledger.accept(acceptance) }
      try disk.fill(leaving: 0)
      let answers = Channel<Result<Settled, Failure>>()
      for acceptance in open {
        let large = Settlement.completed(acceptance, output: String(repeating: "o", count: 60_000))
        ledger.settle(large, then: Reply(direct: { answers.send($0) }))
      }
      // The writer has met the full disk once this refusal is back.
      #expect(throws: Failure.self) { try ledger.accept(ledger.makeAcceptance()) }
      #expect(ledger.gauges.shortage?.code == .full)
      #expect(told.receive()?.code == .full)
      #expect(ledger.gauges.heldBy?.code == .full)
      disk.empty()
      for _ in open { _ = try #require(answers.receive()).get() }
      // What comes next finds nothing held any more.
      _ = try acceptAtLast(ledger)
      #expect(ledger.gauges.heldBy == nil)
      #expect(told.count == 0)
    }
    #expect(try Chain.verify(folder: rig.path).end == 8)
  }

  @Test("What another program keeps from being written waits for that, and says so each time")
  func locked() throws {
    let told = Channel<Failure>()
    try rig.with(onHeld: { told.send($0) }) { ledger in
      for _ in 0..<2 {
        let acceptance = try acceptAtLast(ledger)
        let other = try Database(at: rig.file, .write)
        try other.execute("BEGIN IMMEDIATE")
        let answers = Channel<Result<Settled, Failure>>()
        ledger.settle(.completed(acceptance), then: Reply(direct: { answers.send($0) }))
        let why = try #require(told.receive())
        #expect(why.code == .unavailable && why.reason == "ledger-busy")
        #expect(ledger.gauges.heldBy?.reason == "ledger-busy")
        #expect(answers.count == 0)
        try other.execute("ROLLBACK")
        _ = try #require(answers.receive()).get()
      }
      #expect(told.count == 0)
    }
  }

  @Test("A ledger opened on a full disk refuses what is new and settles what was lost")
  func opening() throws {
    let acceptance = try rig.with { ledger in
      let acceptance = ledger.makeAcceptance()
      try ledger.accept(acceptance)
      return acceptance
    }
    try FileManager.default.removeItem(atPath: rig.path + "/reserve")
    try disk.fill(leaving: 200_000)
    try rig.with { ledger in
      try ledger.wait { ledger.settleLost(then: $0) }
      #expect(try ledger.execution(acceptance.id)?.status == .lost)
      #expect(throws: Failure.self) { try ledger.accept(ledger.makeAcceptance()) }
    }
  }
}
