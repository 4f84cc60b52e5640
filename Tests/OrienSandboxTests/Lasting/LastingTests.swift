import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

@Suite("Programs that outlive the node")
struct LastingTests {
  @Test(
    "are started with what is asked, are found by name, and end whole",
    arguments: ["auto", "v2", "v1"])
  func life(_ groups: String) throws {
    let rig = try LastingRig(groups: groups)
    #expect(try rig.lasting.status(rig.key) == nil && rig.lasting.all().isEmpty)
    try rig.start("read word; echo $word $A; pwd; setsid sleep 4321 & exec sleep 4321")
    let status = try rig.status { $0.processes == 2 }
    #expect(status.isRunning && status.exit.reason == .lost && status.endedMilliseconds == nil)
    // A node anew knows nothing but the folder.
    let again = Lasting(program: JailRig.program, at: rig.lasting.path, groupName: "orien-" + "0")
    let found = try #require(try rig.lasting.status(rig.key))
    #expect(found.startedMilliseconds == status.startedMilliseconds)
    #expect(try again.all() == [rig.key] && again.names(of: "test.plugin") == [rig.key.name])
    try rig.waitForOutput("given 1\n\(rig.root)\n")
    #expect(throws: Failure.self) { try rig.start("true") }
    let group = try rig.processes()
    try rig.lasting.stop(rig.key, graceMilliseconds: 0)
    #expect(try rig.lasting.status(rig.key) == nil)
    #expect(group.count == 3 && !group.contains(where: Self.isAlive))
    #expect(try FileManager.default.contentsOfDirectory(atPath: rig.lasting.path).isEmpty)
    #expect(rig.groupFolders.isEmpty)
    try rig.close()
  }

  @Test("are none where no control group can be had")
  func none() throws {
    let rig = try LastingRig(groups: "none")
    do {
      try rig.start("true")
      Issue.record("it was started")
    } catch let failure as Failure {
      #expect(failure.code == .unavailable && failure.reason == "no-control-group")
    }
    #expect(try rig.lasting.all().isEmpty)
    try rig.close()
  }

  @Test("are refused where a limit is required that no control group holds")
  func required() throws {
    // Here version 2 may have no memory controller to give.
    let rig = try LastingRig(groups: "v2")
    var limits = Limits()
    limits.memoryBytes = 64 << 20
    do {
      try rig.start("exec sleep 4321", limits: limits, required: [.memory])
      let offered = try String(contentsOfFile: "\(unifiedTree)/cgroup.controllers", encoding: .utf8)
      #expect(offered.contains("memory"))
    } catch let failure as Failure {
      #expect(failure.reason == "limit-not-held" && failure.message.contains("memory"))
      #expect(try rig.lasting.status(rig.key) == nil && rig.groupFolders.isEmpty)
    }
    try rig.close()
  }

  @Test("that are no programs leave nothing behind", arguments: ["/no/such", "/etc/passwd"])
  func refusals(_ program: String) throws {
    let rig = try LastingRig()
    do {
      try rig.lasting.start(
        rig.key, JailRequest([program]), input: [], in: Folder(at: rig.root).descriptor())
      Issue.record("it was started")
    } catch let failure as Failure {
      #expect(["exec-not-found", "exec-denied"].contains(failure.reason))
    }
    #expect(try rig.lasting.status(rig.key) == nil && rig.groupFolders.isEmpty)
    try rig.close()
  }

  @Test("have as first process only one that is proven to be it: a number may be another's by now")
  func reused() throws {
    let rig = try LastingRig()
    let stranger = Process()
    stranger.executableURL = URL(filePath: "/bin/sleep")
    stranger.arguments = ["4321"]
    try stranger.run()
    try rig.start("trap 'echo asked' TERM; while :; do sleep 0.01; done")
    let holder = try #require(try rig.first().last)
    let pid = stranger.processIdentifier
    let started = try Self.started(pid)
    try rig.edit("first") { _ in "\(pid) \(started) \(holder)\n" }
    try rig.lasting.stop(rig.key, graceMilliseconds: 50)
    #expect(stranger.isRunning)
    // One in its group that began at another time is none either.
    try rig.start("trap 'echo asked' TERM; while :; do sleep 0.01; done")
    let first = try rig.first()
    try rig.edit("first") { _ in "\(first[0]) \(first[1] + 1) \(first[2])\n" }
    try rig.lasting.stop(rig.key, graceMilliseconds: 50)
    #expect(try rig.lasting.status(rig.key) == nil)
    kill(pid, SIGKILL)
    stranger.waitUntilExit()
    try rig.close()
  }

  @Test("of before the machine started anew are gone, whatever has their group's number now")
  func boot() throws {
    let rig = try LastingRig()
    try rig.start("exec sleep 4321")
    let group = try rig.processes()
    let record = try String(contentsOfFile: rig.file("record"), encoding: .utf8)
    try rig.edit("record") { $0.replacing(/boot .*/, with: "boot another") }
    let status = try #require(try rig.lasting.status(rig.key))
    #expect(!status.isRunning && status.exit.reason == .lost)
    #expect(group.allSatisfy { kill($0, 0) == 0 })
    try record.write(toFile: rig.file("record"), atomically: true, encoding: .utf8)
    #expect(try rig.lasting.status(rig.key)?.isRunning == true)
    try rig.close()
  }

  @Test("whose record is damaged are told as that, and are in nobody's way")
  func damaged() throws {
    let rig = try LastingRig()
    try rig.start("exec sleep 4321")
    let record = try String(contentsOfFile: rig.file("record"), encoding: .utf8)
    try rig.edit("record") { String($0.prefix($0.count / 2)) }
    #expect(throws: Failure.self) { try rig.lasting.status(rig.key) }
    #expect(throws: Failure.self) { try rig.start("true") }
    try record.write(toFile: rig.file("record"), atomically: true, encoding: .utf8)
    try rig.close()
  }

  @Test("go on being stopped where nobody waits for that any more")
  func cancelled() throws {
    let rig = try LastingRig()
    try rig.start("trap '' TERM; while :; do sleep 0.01; done")
    let bell = try Bell()
    bell.ring()
    do {
      try rig.lasting.stop(rig.key, graceMilliseconds: 2000, cancelled: bell.raw)
      Issue.record("it was waited for")
    } catch {
      #expect(error.code == .cancelled)
    }
    let deadline = Instant.now + .seconds(20)
    while try rig.lasting.status(rig.key) != nil, Instant.now < deadline {}
    #expect(try rig.lasting.status(rig.key) == nil)
    try rig.close()
  }

  /// Nobody has to have taken notice of its end.
  private static func isAlive(_ pid: Int32) -> Bool {
    let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    return stat.map { !$0.contains(") Z ") } ?? false
  }

  private static func started(_ pid: Int32) throws -> UInt64 {
    let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    let fields = stat.split(separator: ")").last!.split(separator: " ")
    return UInt64(fields[19])!
  }
}

extension LastingRig {
  /// Its first process, when that was started, and what holds it.
  func first() throws -> [Int] {
    try String(contentsOfFile: file("first"), encoding: .utf8).split(whereSeparator: \.isWhitespace)
      .compactMap { Int($0) }
  }

  /// All that is in its group.
  func processes() throws -> [Int32] {
    let record = try String(contentsOfFile: file("record"), encoding: .utf8)
    let number = record.firstMatch(of: /group (\d+)/)!.1
    let tree = record.firstMatch(of: /tree (.+)/)!.1
    return try String(contentsOfFile: "\(tree)/e\(number)/cgroup.procs", encoding: .utf8)
      .split(separator: "\n").compactMap { Int32($0) }
  }

  /// What there is of the group that all are in.
  var groupFolders: [String] {
    ["", "/unified", "/memory", "/cpu", "/pids"].map {
      "/sys/fs/cgroup\($0)/\(lasting.groupName)"
    }.filter { access($0, F_OK) == 0 }
  }
}
