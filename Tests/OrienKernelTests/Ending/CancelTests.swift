import OrienLedger
import OrienModel
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: cancelling, in each phase")
struct CancelTests {
  private static let go = #"{"words":["sleep"]}"#

  private func phase(_ id: ExecutionID, _ world: World) -> String {
    world.kernel.executions[id].map { "\($0.phase)".prefix { $0 != "(" } }.map(String.init)
      ?? "none"
  }

  @Test("While it is being accepted: it is kept, and ends cancelled", arguments: [1, 2])
  func accepting(slots: Int) throws {
    try World.with([], { $0.policy.slots = slots }) { world in
      let first = try world.submit("go", Self.go)
      // Its session is open, so that it is on its way into the ledger when this returns.
      world.kernel.submit(try world.submission("go", Self.go)) { _ in }
      let accepting = world.kernel.executions.values.filter { !$0.isVisible }
      let execution = try #require(accepting.first)
      world.kernel.stop(execution, .cancelled(reason: "cancelled"))
      try world.wait { execution.isVisible }
      let record = try world.end(of: execution.id)
      #expect(record.status == .cancelled && record.reason == "cancelled")
      #expect((record.runningAt == nil) == (slots == 1))
      try world.cancel(first.id)
      _ = try world.end(of: first.id)
      #expect(world.jail.processes.count <= 2)
    }
  }

  @Test("While it waits: at once, without having run")
  func queued() throws {
    try World.with([], { $0.policy.slots = 1 }) { world in
      let first = try world.submit("go", Self.go)
      let second = try world.submit("go", Self.go)
      #expect(phase(second.id, world) == "queued")
      #expect(try world.cancel(second.id).status == .pending)
      let record = try world.end(of: second.id)
      #expect(record.status == .cancelled && record.runningAt == nil)
      #expect(try world.process(1).isRunning)
      try world.cancel(first.id)
      _ = try world.end(of: first.id)
      #expect(world.jail.processes.count == 1)
    }
  }

  @Test("While its beginning is being written: as soon as it has begun")
  func starting() throws {
    try World.with([], { $0.policy.slots = 1 }) { world in
      let first = try world.submit("go", Self.go)
      let second = try world.submit("wait_cancel")
      let process = try world.process()
      var seen = ""
      process.exit(0)
      world.loop.soon {
        seen = phase(second.id, world)
        let execution = world.kernel.executions[second.id]!
        world.kernel.stop(execution, .cancelled(reason: "cancelled"))
      }
      let record = try world.end(of: second.id)
      #expect(seen == "starting")
      #expect(record.status == .cancelled && record.reason == "cancelled")
      #expect(record.runningAt != nil)
      _ = try world.end(of: first.id)
    }
  }

  @Test("While its handler runs: the handler is told, and the cause is the caller's")
  func handler() throws {
    try World.with { world in
      let id = try world.submit("wait_cancel").id
      try world.begin(id)
      try world.cancel(id)
      let record = try world.end(of: id)
      #expect(record.status == .cancelled && record.reason == "cancelled")
      #expect(world.kernel.stuck == 0)
    }
  }

  @Test("While its process runs: the process is killed")
  func process() throws {
    try World.with { world in
      let id = try world.submit("go", Self.go).id
      let process = try world.process()
      try process.write("so far")
      try world.cancel(id)
      let record = try world.end(of: id)
      #expect(process.killReason == .cancelled)
      #expect(record.status == .cancelled && record.reason == "cancelled")
      #expect(try world.text(of: id) == "so far")
    }
  }

  @Test("While its handler waits for a process: both end")
  func awaited() throws {
    try World.with { world in
      let id = try world.submit("run", Self.go).id
      let process = try world.process()
      try world.cancel(id)
      let record = try world.end(of: id)
      #expect(process.killReason == .cancelled)
      #expect(record.status == .cancelled && record.reason == "cancelled")
    }
  }

  @Test("While its end is being written: its own end stands, and the answer is no lie")
  func settling() throws {
    try World.with { world in
      let id = try world.submit("go", Self.go).id
      let process = try world.process()
      var seen = "", answered: Status?
      process.lose()
      world.loop.soon {
        seen = phase(id, world)
        world.kernel.cancel(id, for: Caller(owner: World.owner, isOperator: false)) {
          answered = try? $0.get().status
        }
      }
      let record = try world.end(of: id)
      #expect(seen == "settling" && answered == .running)
      #expect(record.status == .failed && record.reason == "launcher-lost")
    }
  }

  @Test("When it is over: a conflict, also after the memory has forgotten it", arguments: [0, 1])
  func final(recentBytes: Int) throws {
    try World.with([], { $0.policy.recentBytes = recentBytes << 20 }) { world in
      let id = try world.run("say").id
      #expect(world.kernel.executions.isEmpty == (recentBytes == 0))
      let refused = failure { try world.cancel(id) }
      #expect(refused?.code == .conflict && refused?.reason == "already-final")
      #expect(try world.report(id).status == .completed)
    }
  }

  @Test("One that is not there, or nobody's, is not found")
  func unknown() throws {
    try World.with { world in
      let id = ExecutionID(random: Random.bytes(16))
      expectRefusal(.notFound) { try world.cancel(id) }
    }
  }
}
