import OrienModel
import Testing

@Suite("A role's page")
struct RolePageTests {
  private static let page = """
    {"role": "lamp/1", "doc": "A lamp.", "operations": [
      {"name": "light", "doc": "Lights it.", "changes": true, "limits": {"wallMilliseconds": 100},
       "arguments": [{"name": "colour", "type": "text", "default": "white"}],
       "result": [{"name": "watts", "type": "integer", "required": true}],
       "failures": [{"code": "conflict", "reason": "lit"}, {"code": "limited"}]},
      {"name": "dim", "doc": "Ends it.", "changes": true, "lane": "closing",
       "limits": {"wallMilliseconds": 100, "outputBytes": 64}}],
     "checks": [
      {"name": "lights", "operation": "light", "result": {"watts": 60}},
      {"name": "is lit", "operation": "light", "failure": {"code": "conflict", "reason": "lit"}}]}
    """

  private func parse(_ text: String) throws(Failure) -> RolePage {
    try RolePage(parsing: Array(text.utf8))
  }

  @Test("A page says what each operation takes, answers, costs in time, and fails with")
  func whole() throws {
    let page = try parse(Self.page)
    #expect(page.id == "lamp/1" && page.fileName == "lamp.1.json" && page.hasClosingLane)
    let light = try #require(page.operation("light"))
    #expect(light.changes && light.lane == .ordinary)
    #expect(light.limits.wallMilliseconds == 100 && light.limits.outputBytes == 65536)
    #expect(light.arguments.map(\.name) == ["colour"] && light.result.map(\.isRequired) == [true])
    #expect(light.lists(Failure(.conflict, "lit", "")))
    #expect(!light.lists(Failure(.conflict, "broken", "")))
    #expect(light.lists(Failure(.limited, "anything", "")))
    let dim = try #require(page.operation("dim"))
    #expect(dim.lane == .closing && dim.limits.outputBytes == 64 && dim.failures.isEmpty)
    #expect(page.checks.map(\.operation) == ["light", "light"])
    #expect(page.operation("glow") == nil)
  }

  @Test(
    "What a page cannot mean is refused with its place",
    arguments: [
      (#""lamp/1""#, #""lamp""#, "page.role: expected a role and its number, like vm/1"),
      (#""doc": "A lamp.","#, "", "page.doc: expected a text, found nothing"),
      (#""name": "dim""#, #""name": "light""#, "page.operations: has light twice"),
      (#""lane": "closing""#, #""lane": "fast""#, "page.operations[1].lane: expected ordinary or"),
      (#""changes": true, "limits""#, #""limits""#, "page.operations[0].changes: expected true or"),
      (
        #"{"wallMilliseconds": 100},"#, "{},",
        "page.operations[0].limits.wallMilliseconds: expected a whole number from 1 to 3600000"
      ),
      (
        #"{"wallMilliseconds": 100},"#, #"{"wallMilliseconds": 100, "wallSeconds": 1},"#,
        "page.operations[0].limits: unknown key \"wallSeconds\""
      ),
      (
        #""type": "text""#, #""type": "file""#, "page.operations[0].arguments[0].type: expected one"
      ),
      (
        #""default": "white""#, #""default": 3"#,
        "argument colour: fallback.colour: expected a string"
      ),
      (
        #""code": "limited""#, #""code": "internal""#,
        "page.operations[0].failures[1].code: expected"
      ),
      (#""result": {"watts""#, #""result": {"volts""#, "light answers with no \"volts\""),
      (
        #""operation": "light", "result""#, #""operation": "ligth", "result""#,
        "did you mean light?"
      ),
      (#""reason": "lit"}}]"#, #""reason": "out"}}]"#, "light does not list conflict out"),
      (#""result": {"watts": 60}"#, #""arguments": {}"#, "expected either a result or a failure"),
      (
        #""result": {"watts": 60}"#, #""arguments": {"color": "red"}, "result": {}"#,
        "page.checks[0].arguments: args.color: unknown argument"
      ),
    ])
  func refused(_ part: String, _ wrong: String, _ message: String) throws {
    let range = try #require(Self.page.firstRange(of: part))
    var text = Self.page
    text.replaceSubrange(range, with: wrong)
    let failure = failure { try parse(text) }
    #expect(failure?.reason == "bad-role-page")
    #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "none")")
  }

  @Test("What is no JSON is refused as such", arguments: ["", "{", "[]", "nothing"])
  func noJSON(_ text: String) {
    let failure = failure { try parse(text) }
    #expect(failure?.reason == "bad-role-page")
  }
}
