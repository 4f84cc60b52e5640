import OrienModel
import OrienSystem
import Testing

@testable import OrienPlugins

@Suite("The succession of a backend", .timeLimit(.minutes(2)))
struct SuccessionTests {
  private static let alone = ["ALONE"]

  private func say(_ contents: ToolsContents) throws -> String {
    let plugin = try #require(contents.plugins.first)
    let host = RecordingCall()
    let result = plugin.result(
      of: "say", [.text("ho"), .integer(1)], host: host)
    #expect(result.outcome == .done)
    return host.output
  }

  private func reply(_ text: String) -> String { #"REPLY="\#(text)""# }

  @Test("The new generation opens when the old has closed", arguments: [Isolation.node, .worker])
  func succeeds(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    try tools.put("one.so", Fixture.bytes("backend", Self.alone + [reply("first")]))
    let first = try tools.load()
    #expect(try say(first) == "first")
    try tools.put("one.so", Fixture.bytes("backend", Self.alone + [reply("second")]))
    let second = try tools.folder.load(for: tools.node, after: first.plugins)
    #expect(second.refused.isEmpty)
    #expect(first.plugins[0].state == .closed)
    #expect(try say(second) == "second")
    try second.plugins[0].close(within: .seconds(30))
  }

  @Test(
    "Where the new one does not open, the old one is opened again and serves on",
    arguments: [Isolation.node, .worker])
  func returns(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    try tools.put("one.so", Fixture.bytes("backend", Self.alone + [reply("first")]))
    let first = try tools.load()
    #expect(try say(first) == "first")
    try tools.put("one.so", Fixture.bytes("backend", ["REFUSES_OPEN"]))
    let second = try tools.folder.load(for: tools.node, after: first.plugins)
    #expect(second.refused.map(\.failure.reason) == ["no-engine"])
    #expect(second.refused[0].failure.message.hasSuffix("generation 1 serves on"))
    #expect(second.plugins.map(\.generation) == [1])
    #expect(try say(second) == "first")
    try second.plugins[0].close(within: .seconds(30))
  }

  @Test("A process that is started anew begins when the one before it has ended")
  func restarts() throws {
    let tools = try Tools(.worker)
    try tools.put("one.so", Fixture.bytes("backend", Self.alone + [reply("first")]))
    let contents = try tools.load()
    for _ in 0..<2 {
      #expect(try say(contents) == "first")
      contents.plugins[0].restart()
    }
    #expect(try say(contents) == "first")
    // The way out takes it a while; its successor waits for that, too.
    contents.plugins[0].restart()
    try tools.put("one.so", Fixture.bytes("backend", Self.alone + [reply("second")]))
    let second = try tools.folder.load(for: tools.node, after: contents.plugins)
    #expect(second.refused.isEmpty)
    #expect(try say(second) == "second")
    try second.plugins[0].close(within: .seconds(30))
  }

  @Test(
    "While calls of the old one do not end, it is neither closed nor replaced, and others are",
    arguments: [Succession.waits, .overdue])
  func busy(_ succession: Succession) throws {
    let tools = try Tools()
    try tools.put("one.so", Fixture.bytes("backend", Self.alone + [reply("first")]))
    let first = try tools.load()
    try tools.put("one.so", Fixture.bytes("backend", Self.alone + [reply("second")]))
    var folder = tools.folder
    folder.onSucceeding = { plugin in
      #expect(plugin.generation == 1)
      return succession
    }
    try tools.put("two.so", Fixture.bytes("named", [#"ID="test.two""#, #"TOOL="two""#]))
    let second = try folder.load(for: tools.node, after: first.plugins)
    #expect(second.refused.map(\.failure.reason) == ["backend-busy"])
    #expect(second.awaited == (succession == .waits ? [first.plugins[0].id] : []))
    #expect(second.plugins.map(\.file) == ["one.so", "two.so"])
    #expect(second.plugins[0] === first.plugins[0])
    #expect(try say(second) == "first")
    try second.plugins[0].close(within: .seconds(30))
  }
}
