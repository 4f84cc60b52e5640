import OrienLedger
import OrienModel
import OrienPlugins
import OrienSandbox
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: terms of a call, and what it leaves")
struct ArtifactTests {
  private func submit(
    _ world: World, _ terms: Terms, _ tool: String = "go"
  ) throws -> ExecutionReport {
    var submission = try world.submission(tool, #"{"words":["x"]}"#)
    submission.terms = terms
    return try world.loop.answer { world.kernel.submit(submission, then: $0) }
  }

  @Test("What a call leaves is in its record where that was asked for, however it ends")
  func record() throws {
    try World.with { world in
      for (place, code) in ([0, 3] as [Int32]).enumerated() {
        let report = try submit(world, Terms(artifacts: ArtifactWish()))
        let process = try world.process(place + 1)
        process.exit(code)
        let record = try world.end(of: report.id)
        #expect(record.exitCode == code)
        #expect(try record.artifacts.map { try Artifacts($0) } == Artifacts())
      }
      let plain = try submit(world, .none)
      try world.process(3).exit(0)
      #expect(try world.end(of: plain.id).artifacts == nil)
    }
  }

  @Test("A call is held to less than its tool has, and not to more")
  func limits() throws {
    try World.with { world in
      var terms = Terms()
      terms.limits.memoryBytes = 1 << 20
      terms.limits.wallMilliseconds = .max
      let report = try submit(world, terms)
      let process = try world.process()
      #expect(process.request.limits.memoryBytes == 1 << 20)
      process.exit(0)
      let limits = try world.end(of: report.id).limits.all
      #expect(limits.first { $0.name == "memoryBytes" }?.granted == 1 << 20)
      let tool = try #require(world.kernel.catalogue.tool("go"))
      #expect(
        limits.first { $0.name == "wallMilliseconds" }?.granted == tool.granted.wallMilliseconds)
    }
  }

  /// What is asked of the jail for a handler's command.
  private func request(_ command: Command, in world: World) throws -> JailRequest {
    try JailRequest(
      command, limits: Limits(), reach: try world.kernel.catalogue.tools[0].reach.get(),
      needsWalls: false, by: world.jail)
  }

  @Test("What reads only, or needs a network, is not run where that cannot be")
  func wishes() throws {
    try World.with { world in
      let reader = try request(Command(["true"], readsOnly: true, network: .none), in: world)
      #expect(reader.readsOnly)
      expectRefusal(.denied, "network-not-granted") {
        try request(Command(["true"], network: .needed), in: world)
      }
      world.jail.capabilities?.walls = JailCapabilities.Walls.none
      expectRefusal(.unavailable, "not-read-only") {
        try request(Command(["true"], readsOnly: true), in: world)
      }
      let writer = try request(Command(["true"]), in: world)
      #expect(!writer.readsOnly)
    }
  }

  @Test("One that is cancelled while its workspace is looked at never begins")
  func cancelled() throws {
    try World.with { world in
      let report = try submit(world, Terms(artifacts: ArtifactWish()))
      try world.cancel(report.id)
      #expect(try world.end(of: report.id).status == .cancelled)
    }
  }
}
