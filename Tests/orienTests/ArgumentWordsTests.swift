import OrienModel
import Testing

@testable import orien

@Suite("Arguments on the command line")
struct ArgumentWordsTests {
  private func read(_ words: [String]) throws -> String {
    let schema = try JSON(
      parsing: """
        {"type":"object","properties":{"text":{"type":"string"},"count":{"type":"integer"},
        "ratio":{"type":"number"},"loud":{"type":"boolean"},
        "args":{"type":"array","items":{"type":"string"}},"env":{"type":"object"},"any":{}}}
        """)
    let json = try ArgumentWords(tool: "t", schema: schema).json(words)
    return String(decoding: json.compact, as: UTF8.self)
  }

  @Test(
    "Each value is read as the tool declares it",
    arguments: [
      ([], "{}"), (["text=007"], #"{"text":"007"}"#), (["text="], #"{"text":""}"#),
      (["text=a=b c"], #"{"text":"a=b c"}"#), (["text=true"], #"{"text":"true"}"#),
      (["count=-3"], #"{"count":-3}"#), (["ratio=0.5"], #"{"ratio":0.5}"#),
      (["loud=true"], #"{"loud":true}"#), (["args=1"], #"{"args":["1"]}"#),
      (["args=--x", "text=t", "args=3"], #"{"args":["--x","3"],"text":"t"}"#),
      ([#"args=["a","b"]"#], #"{"args":["a","b"]}"#), (["args=[x"], #"{"args":["[x"]}"#),
      ([#"env={"A":"1"}"#], #"{"env":{"A":"1"}}"#), (["any=[1]"], #"{"any":[1]}"#),
      (["any=plain"], #"{"any":"plain"}"#),
    ])
  func values(_ words: [String], _ expected: String) throws {
    #expect(try read(words) == expected)
  }

  @Test(
    "What cannot be meant is refused before anything is sent",
    arguments: [
      (["txet=1"], "did you mean text?"), (["text"], "NAME=VALUE"), (["=x"], "NAME=VALUE"),
      (["count=many"], "type integer"), (["loud=yes"], "type boolean"),
      (["text=a", "text=b"], "2 times"), (["env=A=1"], "type object"),
    ])
  func refused(_ words: [String], _ hint: String) {
    let failure = #expect(throws: Failure.self) { try read(words) }
    #expect(failure?.message.contains(hint) == true)
    #expect(failure?.reason == ExitCode.usageReason)
  }

  @Test(
    "A file is sent under its own name, or the one behind its last colon",
    arguments: [
      ("a/b.py", "a/b.py", "b.py"), ("a/b.py:c/d.py", "a/b.py", "c/d.py"), ("a:b:c", "a:b", "c"),
      ("a:", "a:", "a:"), (":a", ":a", ":a"),
    ])
  func uploads(_ word: String, _ local: String, _ remote: String) {
    #expect(Upload(word).local == local)
    #expect(Upload(word).remote == remote)
  }

  @Test("A name in a URL stays in its segment")
  func paths() {
    #expect(Paths.tool("../x") == "/tools/..%2fx")
    #expect(Paths.file("s/1", "/a b//c") == "/sessions/s%2f1/files/a%20b/c")
    #expect(
      Paths.executions([("limit", "1"), ("session", "a&b")]) == "/executions?limit=1&session=a%26b")
  }

  @Test("Money is shown in whole units and millionths")
  func money() {
    #expect(Price.shown(0) == "0.000000")
    #expect(Price.shown(12_000_034) == "12.000034")
  }
}
