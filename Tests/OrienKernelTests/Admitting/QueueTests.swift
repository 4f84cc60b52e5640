import OrienLedger
import OrienModel
import OrienSandbox
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: waiting for a slot")
struct QueueTests {
  private static func words(_ word: String) -> String { #"{"words":["\#(word)"]}"# }

  @Test("A call beyond the slots waits, and runs when one is given back")
  func waits() throws {
    try World.with([], { $0.policy.slots = 1 }) { world in
      let first = try world.submit("go", Self.words("a"))
      let second = try world.submit("say", #"{"text":"b"}"#)
      #expect(second.status == .pending)
      #expect(world.kernel.running == 1 && world.kernel.waiting == 1)
      let process = try world.process()
      #expect(try world.report(first.id).status == .running)
      #expect(try world.report(second.id).status == .pending)
      process.exit(0)
      let record = try world.end(of: second.id)
      #expect(record.status == .completed)
      #expect(try #require(record.runningAt) >= record.acceptedAt)
      #expect(try world.end(of: first.id).status == .completed)
    }
  }

  @Test("Owners are served in turn, through the kernel as in admission")
  func turns() throws {
    try World.with([], { $0.policy.slots = 1 }) { world in
      let (alice, bob) = (World.owner, Owner("bob"))
      for (word, owner) in [("a1", alice), ("a2", alice), ("a3", alice), ("b1", bob)] {
        try world.submit("go", Self.words(word), owner: owner)
      }
      world.jail.onStart = { $0.exit(0) }
      world.jail.processes.first?.exit(0)
      try world.wait { world.kernel.active == 0 }
      let order = world.jail.processes.map { $0.request.arguments[0] }
      #expect(order == ["a1", "a2", "b1", "a3"])
    }
  }

  @Test("A full queue refuses, and leaves nothing behind of what it refused")
  func full() throws {
    try World.with(
      [],
      {
        $0.policy.slots = 1
        $0.policy.queued = 1
      }
    ) { world in
      let first = try world.submit("wait_cancel")
      let second = try world.submit("say")
      let refused = failure { try world.submit("say", session: SessionID("s2")!) }
      #expect(refused?.code == .limited && refused?.reason == "queue-full")
      #expect(world.kernel.active == 2)
      try world.remove(SessionID("s2")!)
      try world.cancel(first.id)
      #expect(try world.end(of: second.id).status == .completed)
    }
  }

  @Test("Who has waited too long is cancelled without having run, and pays nothing")
  func queueDeadline() throws {
    let tools = try Library.tools(manifest: #"{"price":{"perCall":5}}"#)
    try World.with(
      [tools],
      {
        $0.policy.slots = 1
        $0.policy.queueDeadline = .milliseconds(5)
      }
    ) { world in
      let first = try world.submit("wait_cancel")
      let second = try world.submit("say")
      let record = try world.end(of: second.id)
      #expect(record.status == .cancelled && record.reason == "queue-deadline")
      #expect(record.runningAt == nil && record.costMicroUnits == 0)
      #expect(record.runningMicroseconds == 0)
      try world.cancel(first.id)
      _ = try world.end(of: first.id)
      #expect(try world.run("say").costMicroUnits == 5)
    }
  }

  @Test("A tool that allows one call at once lets others pass")
  func toolSlots() throws {
    try World.with { world in
      let first = try world.submit("wait_cancel")
      let second = try world.submit("wait_cancel")
      #expect(try world.run("say").status == .completed)
      #expect(try world.report(second.id).status == .pending)
      try world.cancel(first.id)
      try world.begin(second.id)
      try world.cancel(second.id)
      _ = try world.end(of: second.id)
    }
  }

  @Test("A call waits for its plugin's thread as pending, and no time of its own passes")
  func pluginSlots() throws {
    try World.with([.tools(concurrency: 1)]) { world in
      let first = try world.submit("wait_cancel")
      try world.begin(first.id)
      let second = try world.submit("say", #"{"text":"b"}"#)
      #expect(second.status == .pending)
      try world.cancel(first.id)
      let record = try world.end(of: second.id)
      #expect(record.status == .completed)
      #expect(try #require(record.runningAt) >= world.end(of: first.id).acceptedAt)
    }
  }
}
