import Foundation
import OrienLedger
import OrienModel
import OrienSandbox
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: after a death")
struct RecoveryTests {
  private static func one(_ settings: inout World.Settings) { settings.policy.slots = 1 }

  /// A node that dies while one call runs and another waits.
  private func dead(
    _ tool: String = "say", _ arguments: String = #"{"text":"b"}"#
  ) throws -> (Scratch, started: ExecutionID, waiting: ExecutionID) {
    try World.with([], Self.one) { world in
      let started = try world.submit("go", #"{"words":["x"]}"#).id
      if tool == "name_file" { try world.write("a.txt") }
      let waiting = try world.submit(tool, arguments).id
      _ = try world.process()
      return (world.die(), started, waiting)
    }
  }

  @Test("What ran is lost, free, and never run again; what waited runs")
  func resumes() throws {
    let (scratch, started, waiting) = try dead()
    let tools = try Library.tools(manifest: #"{"price":{"perCall":5}}"#)
    let left = try World.with([tools], after: scratch, Self.one) { world in
      #expect(world.recovery.resumed == 1 && world.recovery.cancelled == 0)
      let lost = try world.end(of: started)
      #expect(lost.status == .lost && lost.reason == "node-restart" && lost.costMicroUnits == 0)
      let record = try world.end(of: waiting)
      #expect(record.status == .completed && record.costMicroUnits == 5)
      #expect(try world.text(of: waiting) == "b")
      #expect(world.jail.processes.isEmpty)
      return world.scratch
    }
    try World.with([], after: left) { world in
      #expect(world.recovery.resumed == 0)
      let statuses = try [started, waiting].map { try world.end(of: $0).status }
      #expect(statuses == [.lost, .completed])
    }
  }

  @Test("What waited keeps its terms: its limits, and that its artifacts are told")
  func terms() throws {
    let (scratch, waiting) = try World.with([], Self.one) { world in
      _ = try world.submit("go", #"{"words":["x"]}"#)
      var submission = try world.submission("go", #"{"words":["x"]}"#)
      submission.terms = Terms(artifacts: ArtifactWish())
      submission.terms.limits.memoryBytes = 1 << 20
      let waiting = try world.loop.answer { world.kernel.submit(submission, then: $0) }.id
      _ = try world.process()
      return (world.die(), waiting)
    }
    try World.with([], after: scratch, Self.one) { world in
      let process = try world.process()
      #expect(process.request.limits.memoryBytes == 1 << 20)
      process.exit(0)
      #expect(try world.end(of: waiting).artifacts != nil)
    }
  }

  @Test("What waited without its workspace is cancelled, and costs nothing")
  func goneSession() throws {
    let (scratch, _, waiting) = try dead()
    for name in try FileManager.default.contentsOfDirectory(atPath: scratch / "workspaces") {
      try FileManager.default.removeItem(atPath: scratch / "workspaces/\(name)")
    }
    try World.with([], after: scratch) { try expectCancelled(waiting, in: $0) }
  }

  @Test("What has waited too long is cancelled")
  func tooLate() throws {
    let (scratch, _, waiting) = try dead()
    try World.with([], after: scratch, { $0.policy.queueDeadline = .milliseconds(1) }) {
      try expectCancelled(waiting, in: $0)
    }
  }

  @Test("What waited for a tool that is gone is cancelled")
  func goneTool() throws {
    let (scratch, _, waiting) = try dead()
    try FileManager.default.removeItem(atPath: scratch / "tools.d/tools.so")
    try World.with([.built("echo")], after: scratch) { try expectCancelled(waiting, in: $0) }
  }

  @Test("What waited with a secret is cancelled, for secrets are not kept")
  func secrets() throws {
    let (scratch, _, waiting) = try dead("name_file", #"{"file":"a.txt","secret":"hunter2"}"#)
    try World.with([], after: scratch) { try expectCancelled(waiting, in: $0) }
  }

  @Test("What waited for a file that is gone is cancelled")
  func goneFile() throws {
    let (scratch, _, waiting) = try dead("name_file", #"{"file":"a.txt"}"#)
    let session = try FileManager.default.contentsOfDirectory(atPath: scratch / "workspaces")[0]
    try FileManager.default.removeItem(atPath: scratch / "workspaces/\(session)/a.txt")
    try World.with([], after: scratch) { try expectCancelled(waiting, in: $0) }
  }

  private func expectCancelled(_ id: ExecutionID, in world: World) throws {
    #expect(world.recovery.resumed == 0 && world.recovery.cancelled == 1)
    let record = try world.end(of: id)
    #expect(record.status == .cancelled && record.reason == "node-restart")
    #expect(record.runningAt == nil && record.costMicroUnits == 0)
  }

  @Test("What waits when a node is shut down is the next one's; what runs has its time")
  func shutDown() throws {
    let (scratch, first, second) = try World.with([], Self.one) { world in
      let first = try world.submit("go", #"{"words":["x"]}"#)
      let second = try world.submit("say", #"{"text":"b"}"#)
      let process = try world.process()
      var isIdle = false
      world.kernel.shutDown(within: .seconds(30)) { isIdle = true }
      process.exit(0)
      try world.wait { isIdle }
      #expect(try world.end(of: first.id).status == .completed)
      #expect(try world.report(second.id).status == .pending)
      return (world.scratch, first.id, second.id)
    }
    try World.with([], after: scratch) { world in
      #expect(world.recovery.resumed == 1)
      let statuses = try [first, second].map { try world.end(of: $0).status }
      #expect(statuses == [.completed, .completed])
    }
  }
}

extension World {
  /// Puts an empty file into the session's workspace.
  func write(_ name: String) throws {
    _ = try loop.answer { (then: @escaping (Result<Void, Failure>) -> Void) in
      workspaces.open(SessionKey(World.session, of: World.owner)) { result in
        then(
          result.map { workspace in
            _ = FileManager.default.createFile(
              atPath: workspace.path + "/" + name, contents: Data())
          })
      }
    }
  }
}
