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

  /// Starts a program as a handler asks for it.
  private func run(_ command: Command, in world: World) throws -> ProcessRun {
    let kernel = world.kernel
    let workspace = try world.loop.answer {
      world.workspaces.open(SessionKey(World.session, of: World.owner), then: $0)
    }
    let ways = ProcessRun.Ways(
      reach: try kernel.catalogue.tools[0].reach.get(), needsWalls: false, jail: world.jail,
      resolver: kernel.resolver, loop: world.loop, log: kernel.parts.log,
      execution: ExecutionID(random: [UInt8](repeating: 0, count: 16)))
    let sink = Capture(limitBytes: 1)
    return try ProcessRun(
      command, limits: Limits(), in: workspace, by: ways, output: sink, errors: sink
    ) { _ in }
  }

  @Test("What reads only, or needs a network, is not run where that cannot be")
  func wishes() throws {
    try World.with { world in
      _ = try run(Command(["true"], readsOnly: true, network: .none), in: world)
      #expect(try world.process().request.readsOnly)
      expectRefusal(.denied, "network-not-granted") {
        try run(Command(["true"], network: .needed), in: world)
      }
      world.jail.capabilities?.walls = JailCapabilities.Walls.none
      expectRefusal(.unavailable, "not-read-only") {
        try run(Command(["true"], readsOnly: true), in: world)
      }
      _ = try run(Command(["true"]), in: world)
      #expect(world.jail.processes.count == 2)
      for process in world.jail.processes { process.exit(0) }
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
