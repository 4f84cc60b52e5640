import OrienLedger
import OrienModel
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: when the ledger cannot")
struct LedgerTroubleTests {
  /// More than any disk has, so that the ledger holds it to be full.
  private static func full(_ settings: inout World.Settings) {
    settings.ledger.reserveBytes = .max / 2
  }

  @Test("A full disk refuses what is new, and nothing of it stays")
  func full() throws {
    let scratch = try World.with { world in
      _ = try world.run("say")
      return world.scratch
    }
    try World.with([], after: scratch, Self.full) { world in
      let refused = failure { try world.submit("say") }
      #expect(refused?.code == .full && refused?.reason == "disk-full")
      #expect(world.kernel.active == 0 && world.kernel.running == 0)
      #expect(world.kernel.ledgerGauges.shortage?.reason == "disk-full")
      #expect(world.kernel.counters.refused["disk-full"] == 1)
      // No lease is left: the workspace can go.
      try world.remove()
    }
  }

  @Test("A full disk keeps nobody's end from the ledger, nor what waited from running")
  func finals() throws {
    let scratch = try World.with([], { $0.policy.slots = 1 }) { world in
      try world.submit("go", #"{"words":["x"]}"#)
      try world.submit("say", #"{"text":"b"}"#, key: "b")
      return world.die()
    }
    try World.with([], after: scratch, Self.full) { world in
      #expect(world.recovery.resumed == 1)
      try world.wait { world.kernel.active == 0 && !world.kernel.executions.isEmpty }
      let id = try #require(world.kernel.executions.keys.first)
      #expect(try world.end(of: id).status == .completed)
    }
  }

  @Test("When nothing can be written any more, what runs ends without a word, and traps nobody")
  func broken() throws {
    try World.with { world in
      let id = try world.submit("go", #"{"words":["x"]}"#).id
      let process = try world.process()
      _ = world.die()
      process.exit(0)
      try world.wait { world.kernel.active == 0 }
      #expect(world.kernel.executions[id] == nil)
      #expect(world.kernel.running == 0)
      expectRefusal(.unavailable) { try world.submit("say") }
    }
  }

  @Test("Where nobody can tell whether a request was accepted before, that is the answer to it")
  func unknown() throws {
    try World.with { world in
      _ = try world.run("say")
      _ = world.die()
      // Not that there is no such tool, or that nothing more is taken: it may be done already.
      expectRefusal(.unavailable, "shutting-down") { try world.submit("sya", key: "k") }
      world.kernel.drain()
      expectRefusal(.unavailable, "shutting-down") { try world.submit("say", key: "k") }
      expectRefusal(.unavailable, "draining") { try world.submit("say") }
      #expect(world.kernel.counters.refused == ["shutting-down": 2, "draining": 1])
      #expect(world.kernel.active == 0 && world.kernel.running == 0)
    }
  }
}
