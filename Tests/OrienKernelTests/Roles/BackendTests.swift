import OrienModel
import OrienPlugins
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: which plugin is a role's backend")
struct BackendTests {
  private func reason(_ world: World) -> Failure? {
    guard case .failure(let failure)? = world.kernel.operations.table.rows.first?.backend else {
      return nil
    }
    return failure
  }

  @Test(
    "A plugin that does not fit its page is no backend, and the reason says why",
    arguments: [
      ("LACKS_FORGET", "lacks forget"),
      ("STRANGE", "forget takes strange, which nobody gives it"),
      ("TOOL", "has tools too"),
      ("CONCURRENCY=1", "runs one handler at a time"),
    ])
  func misfits(_ definition: String, _ message: String) throws {
    try World.backing(.backend(definition)) { world in
      let failure = reason(world)
      #expect(failure?.reason == "bad-backend")
      #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "none")")
      #expect(failure?.message.contains("test.backend") == true)
      expectRefusal(.unavailable, "bad-backend") { try world.perform("say", #"{"text":"ho"}"#) }
    }
  }

  private static func two() throws -> [Library] {
    [
      try .backend(#"PLUGIN_ID="test.one""#, name: "one"),
      try .backend(#"PLUGIN_ID="test.two""#, name: "two"),
    ]
  }

  @Test("Of two none is taken unless one is chosen, and the reason names both and the setting")
  func several() throws {
    let two = try Self.two()
    try World.backing(two[0], two[1]) { world in
      #expect(world.refused.isEmpty)
      let failure = reason(world)
      #expect(failure?.reason == "several-backends")
      for word in ["test.one", "test.two", "BACKENDS=echo/1:test.one or BACKENDS=echo/1:test.two"] {
        #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "none")")
      }
    }
  }

  @Test(
    "Each of two can be asked by itself, whichever is chosen, if any",
    arguments: [nil, "test.one", "test.two"])
  func each(_ wanted: String?) throws {
    let two = try ["one", "two"].map { name in
      try Library.backend(
        #"PLUGIN_ID="test.\#(name)""#, #"REPLY="{\"said\":\"\#(name)\"}""#, name: name)
    }
    try World.backing(two[0], two[1], wanted: wanted) { world in
      let operations = world.kernel.operations
      let text = try JSON(parsing: Array(#"{"text":"ho"}"#.utf8))
      for backend in operations.table.backends(of: "echo/1") {
        let answer = try world.loop.answer {
          operations.perform("say", by: backend, text, then: $0)
        }
        let said = answer["said"]?.string ?? ""
        #expect("test.\(said)" == backend.plugin.id)
      }
    }
  }

  @Test("Of two the one is taken that a service has found, until the operator names another")
  func found() throws {
    let finding = RoleFinding.sole(plugin: "test.two", because: "it is alone")
    let two = try Self.two()
    try World.backing(two[0], two[1]) { world in
      #expect(world.kernel.operations.table.isOpen("echo/1"))
      world.kernel.operations.take(finding, of: "echo/1")
      #expect(!world.kernel.operations.table.isOpen("echo/1"))
      let row = world.kernel.operations.table.rows.first
      #expect(row?.plugin == "test.two")
      #expect(row?.because == "it is alone")
      let said = try world.perform("say", #"{"text":"ho"}"#)
      #expect(said["said"]?.string == "ho")
      let none = Failure(.unavailable, "no-engine", "none can")
      world.kernel.operations.take(RoleFinding.nobody(none), of: "echo/1")
      #expect(reason(world) == none)
    }
    try World.backing(two[0], two[1], wanted: "test.one") { world in
      world.kernel.operations.take(finding, of: "echo/1")
      let row = world.kernel.operations.table.rows.first
      #expect(row?.plugin == "test.one")
      #expect(row?.because == nil)
    }
  }

  @Test("The one that is chosen is taken", arguments: ["test.one", "test.two"])
  func chosen(_ id: String) throws {
    let two = try Self.two()
    try World.backing(two[0], two[1], wanted: id) { world in
      #expect(world.kernel.operations.table.rows.map(\.plugin) == [id])
      let said = try world.perform("say", #"{"text":"ho"}"#)
      #expect(said["said"]?.string == "ho")
    }
  }

  @Test("One that is chosen and not there is missed by name, whatever else there is")
  func missing() throws {
    try World.backing(.backend(), wanted: "test.other") { world in
      let failure = reason(world)
      #expect(failure?.reason == "no-backend")
      #expect(failure?.message.contains("test.other") == true)
      #expect(failure?.message.contains("test.backend") == true)
    }
  }

  @Test("A role that nobody backs, and one without a page, are told as such")
  func nobody() throws {
    try World.with([], { $0.roles = try RoleChoice.echo() }) { world in
      #expect(reason(world)?.message == "no plugin is a backend of echo/1")
    }
    try World.with([.backend()]) { world in
      #expect(reason(world)?.message == "this node has no page of the role echo/1")
    }
  }
}
