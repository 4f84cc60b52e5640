import OrienKernel
import OrienModel
import OrienSandbox
import OrienTestKit
import Testing

@Suite("Limits that the kernel has to hold")
struct RequiredLimitTests {
  private static let caller = Caller(owner: World.owner, isOperator: false)

  private static func capabilities(
    memory: Enforcement, processes: Enforcement = .rlimit,
    walls: JailCapabilities.Walls = .root
  ) -> JailCapabilities {
    JailCapabilities(
      enforcedBy: ["memoryBytes": memory, "processes": processes, "openFiles": .rlimit],
      killsByGroup: true, metersByGroup: true, confinesSignals: true, walls: walls)
  }

  private static func scripts(_ manifest: String) -> Library {
    .built("python_script", manifest: manifest)
  }

  private func trouble(_ world: World, _ tool: String = "python_script") throws -> Failure? {
    world.kernel.trouble(of: try #require(world.kernel.catalogue.tool(tool)))
  }

  @Test("A tool whose limits are held as its manifest wants is there, and else it says why not")
  func listed() throws {
    let manifest = #"{"require":["memory","processes"],"tools":{"python_script":{}}}"#
    try World.with([Self.scripts(manifest)]) { world in
      #expect(try trouble(world) == nil)
      world.jail.capabilities = Self.capabilities(memory: .rlimit)
      let short = try trouble(world)
      #expect(short?.code == .unavailable && short?.reason == "limit-not-held")
      #expect(
        short?.message == """
          the kernel has to hold the limit of memory, and here rlimit, of each process by itself, \
          does; a control group with the memory controller would
          """)
      world.jail.capabilities = nil
      #expect(try trouble(world)?.reason == "limit-not-held")
    }
  }

  @Test("A call is refused before anything runs, and nothing is accepted or billed")
  func refused() throws {
    try World.with([.tools(), Self.scripts("{}")], { $0.policy.required = [.memory] }) { world in
      world.jail.capabilities = Self.capabilities(memory: .none)
      expectRefusal(.unavailable, "limit-not-held") {
        try world.submit("python_script", #"{"script":"main.py"}"#)
      }
      #expect(world.jail.processes.isEmpty)
      #expect(world.kernel.counters.accepted == 0)
      // What runs no program is none of the setting's business.
      let said = try world.run("say")
      #expect(said.status == .completed)
    }
  }

  @Test("What turns out to run a program is refused then, and costs nothing")
  func unannounced() throws {
    let library = try Library.tools(manifest: #"{"price":{"perCall":5}}"#)
    try World.with([library], { $0.policy.required = [.memory] }) { world in
      world.jail.capabilities = Self.capabilities(memory: .cgroup1)
      let id = try world.submit("go", #"{"words":["x"]}"#).id
      try world.process().exit(0)
      #expect(try world.end(of: id).status == .completed)
      world.jail.capabilities = Self.capabilities(memory: .rlimit)
      let record = try world.run("go", #"{"words":["x"]}"#)
      #expect(record.status == .failed && record.reason == "limit-not-held")
      #expect(record.costMicroUnits == 0)
      #expect(world.jail.processes.count == 1)
    }
  }

  @Test("A manifest's word holds for what runs in the node too, where nothing holds anything")
  func inNode() throws {
    try World.with([.tools(manifest: #"{"tools":{"say":{"require":["memory"]}}}"#)]) {
      (world: World) throws in
      #expect(try trouble(world, "say")?.reason == "limit-not-held")
      #expect(try trouble(world, "raw") == nil)
    }
  }

  @Test("A limit that nobody has set is none that the kernel could hold")
  func unset() throws {
    let change = { (settings: inout World.Settings) in
      settings.policy.required = [.openFiles]
      settings.policy.defaults.openFiles = nil
      settings.policy.maxima.openFiles = nil
    }
    try World.with([Self.scripts("{}")], change) { (world: World) throws in
      #expect(try trouble(world)?.message.contains("there is none") == true)
    }
  }

  @Test(
    "Held is what the kernel holds a whole call to",
    arguments: [
      (.memory, .cgroup2, .user, true), (.memory, .cgroup1, .user, true),
      (.memory, .rlimit, .root, false), (.memory, .none, .root, false),
      (.processes, .rlimit, .root, true), (.processes, .rlimit, .user, false),
      (.openFiles, .rlimit, .user, true), (.workspaceBytes, .none, .root, false),
      (.io, .none, .root, false),
    ] as [(RequiredLimit, Enforcement, JailCapabilities.Walls, Bool)])
  func held(
    _ required: RequiredLimit, _ means: Enforcement, _ walls: JailCapabilities.Walls, _ isHeld: Bool
  ) {
    var capabilities = Self.capabilities(memory: .none, walls: walls)
    capabilities.enforcedBy[required.limit] = means
    #expect(capabilities.means(of: required.limit) == means)
    #expect(capabilities.holds(required) == isHeld)
  }
}
