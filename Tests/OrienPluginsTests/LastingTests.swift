import OrienModel
import Testing

@testable import OrienPlugins

@Suite("Programs that outlive their plugin, as it asks for them")
struct LastingTests {
  private static func ask(
    _ tools: Tools, _ words: [String], memory: Int64 = 0, number: Int64 = 0
  ) throws -> String {
    let plugin = try tools.plugin("lasting")
    let call = RecordingCall()
    let arguments: [ArgumentValue] = [.texts(words), .integer(memory), .integer(number)]
    #expect(plugin.result(of: "lasting", arguments, host: call).outcome == .done)
    return call.output
  }

  @Test("What is asked reaches the node whole", arguments: Isolation.allCases)
  func asking(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let name = try #require(LastingName("web-1"))
    #expect(
      try Self.ask(tools, ["start", "web-1", "qemu", "-m", "64"], memory: 5, number: 7) == "0 ")
    #expect(try Self.ask(tools, ["stop", "web-1"], number: 20_000) == "0 ")
    var limits = Limits()
    (limits.memoryBytes, limits.processes) = (5, 7)
    // It asks for what there is as it opens.
    let asked = tools.node.lastingRequests.filter {
      $0 != .list(prefix: "", after: nil, bytes: 65536)
    }
    #expect(
      asked == [
        .start(name, Command(["qemu", "-m", "64"], isOutside: true), limits),
        .stop(name, graceMilliseconds: 20_000),
      ])
  }

  @Test("What is answered reaches the plugin whole", arguments: Isolation.allCases)
  func answers(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    #expect(
      try Self.ask(tools, ["status", "a"])
        == #"0 {"running":1,"started":1,"ended":2,"memory":7,"processes":8,"#
        + #""code":3,"signal":0,"reason":0,"cpu":5,"peak":6}"#)
    #expect(try Self.ask(tools, ["output", "a"]) == "0 14 its last words")
    #expect(try Self.ask(tools, ["list", "", ""]) == "0 a b ")
    #expect(try Self.ask(tools, ["list", "", "a"]) == "0 b ")
    #expect(try Self.ask(tools, ["start", "runs", "sh"]) == "8 ")
    #expect(try Self.ask(tools, ["status", "absent"]).hasPrefix("3 "))
    #expect(try Self.ask(tools, ["output", "absent"]) == "3 0 ")
  }

  @Test("What makes no sense is refused before anybody is asked", arguments: Isolation.allCases)
  func refused(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    #expect(try Self.ask(tools, ["wrong", "a", "sh"]) == "refused")
    #expect(tools.node.lastingRequests.allSatisfy { if case .list = $0 { true } else { false } })
  }

  @Test(
    "A name is a folder's and nothing else",
    arguments: [
      ("a", true), ("web-1", true), ("A-", true), (String(repeating: "a", count: 128), true),
      ("", false), ("-a", false), ("a/b", false), ("..", false), ("a.b", false), ("a b", false),
      ("ä", false), ("a\0", false), (String(repeating: "a", count: 129), false),
    ])
  func names(text: String, isOne: Bool) {
    #expect((LastingName(text) != nil) == isOne)
  }
}
