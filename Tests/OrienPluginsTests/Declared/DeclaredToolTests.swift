import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienPlugins

@Suite("A declared tool")
struct DeclaredToolTests {
  private static func program(_ more: String) -> String { #"{"command": ["true"], \#(more)}"# }
  private static func taking(_ argument: String, _ words: String = #""{a}""#) -> String {
    #"{"command": ["true", \#(words)], "args": [\#(argument)]}"#
  }
  private static func function(_ arguments: String, _ more: String = #""returns": "i32""#) -> String
  {
    #"{"library": "libc.so.6", "symbol": "abs", "args": [\#(arguments)], \#(more)}"#
  }

  @Test(
    "that is declared badly is refused with the field's name and what to do",
    arguments: [
      (#"{"comand": ["true"]}"#, "did you mean command?"),
      (#"{"command": ["true"], "library": "libz.so.1"}"#, "`command` or `library`, and not both"),
      (#"{"command": []}"#, "manifest.command[0]: expected the plain name"),
      (#"{"command": ["/bin/true"]}"#, "manifest.command[0]: expected the plain name"),
      (#"{"command": ["{a}"]}"#, "manifest.command[0]: expected the plain name"),
      (#"{"command": "true"}"#, "manifest.command: expected an array of words"),
      (#"{"command": ["true", 1]}"#, "manifest.command[1]: expected a word"),
      (#"{"command": ["true", "a\u0000"]}"#, "manifest: a string holds U+0000"),
      (#"{"command": ["true", "{"]}"#, "manifest.command[1]: \"{\" has a brace alone"),
      (taking(#"{"name": "abc", "type": "text"}"#, #""{abd}""#), "did you mean abc?"),
      (taking(#"{"name": "a", "type": "txt"}"#), "did you mean text?"),
      (taking(#"{"name": "a"}"#), "manifest.args[0].type: is missing"),
      (taking(#"{"type": "text"}"#), "manifest.args[0].name: is missing"),
      (taking(#"{"name": "A", "type": "text"}"#, #""{A}""#), "manifest.args[0]: argument \"A\""),
      (taking(#"{"name": "a", "type": "text", "chioces": {}}"#), "did you mean choices?"),
      (
        taking(#"{"name": "a", "type": "text", "rules": {"minimum": 1}}"#),
        "is no rule for a string"
      ),
      (taking(#"{"name": "a", "type": "integer", "default": "x"}"#), "expected an integer"),
      (taking(#"{"name": "a", "type": "texts"}"#, #""x{a}""#), "{a} is a list"),
      (taking(#"{"name": "a", "type": "bytes"}"#), "{a} is bytes, which only `input` takes"),
      (taking(#"{"name": "a", "type": "text"}"#, #""x""#), "nothing takes {a}"),
      (
        taking(#"{"name": "a", "type": "text", "choices": {"x": {"network": true}}}"#),
        "none of them can be chosen"
      ),
      (
        taking(#"{"name": "a", "type": "text", "choices": {"x": {"words": []}}}"#, #""-{a}""#),
        "several words or none"
      ),
      (program(#""isolation": "node""#), "unknown key \"isolation\""),
      (program(#""config": {}"#), "unknown key \"config\""),
      (program(#""version": "one""#), "manifest.version: expected a semantic version"),
      (program(#""id": "Bad""#), "manifest.id: expected"),
      (program(#""title": "a\nb""#), "manifest.title: expected one line"),
      (program(#""example": {"a": 1}"#), "manifest.example: "),
      (program(#""limits": {"memory": 1}"#), "manifest.limits: unknown key"),
      (program(#""env": {"a=b": "c"}"#), "manifest.env.\"a=b\": expected a name"),
      (program(#""returns": "i32""#), "unknown key \"returns\""),
      (program(#""price": {"perUnit": {"x": 1}}"#), "nothing meters \"x\""),
      (
        #"{"library": "/usr/lib/libz.so.1", "symbol": "crc32", "returns": "u64"}"#,
        "manifest.library"
      ),
      (#"{"library": "libz.so.1", "symbol": "crc 32", "returns": "u64"}"#, "manifest.symbol"),
      (#"{"library": "libz.so.1", "returns": "u64"}"#, "manifest.symbol: expected"),
      (function("", #""returns": "int""#), "manifest.returns: expected one of bool, i8"),
      (function("", #""returns": "void""#), "manifest.emits: is missing"),
      (function("", #""returns": "i32", "emits": "b""#), "manifest.emits: no buffer"),
      (function("", #""returns": "f64", "expects": 0"#), "manifest.expects: only"),
      (function("", #""returns": "i32", "network": "loopback""#), "unknown key \"network\""),
      (function(#"{"name": "a", "type": "u23"}"#), "did you mean u32?"),
      (function(#"{"type": "u32", "sizeOf": "b"}"#), "no bytes and no buffer of args"),
      (function(#"{"type": "u8", "value": 256}"#), "manifest.args[0].value: expected a value"),
      (function(#"{"type": "buffer", "name": "b"}"#), "manifest.args[0].bytes: expected 1"),
      (function(#"{"type": "buffer", "bytes": 1}"#), "manifest.args[0].name: a buffer has a name"),
      (
        function(#"{"type": "buffer", "name": "b", "bytes": 1}, {"type": "i8", "name": "b"}"#),
        "manifest.args[1].name: b is there twice"
      ),
      (function(#"{"type": "u64*"}"#), "manifest.args[0].sizeOf: is missing"),
      (function(#"{"name": "f", "type": "file"}"#), "manifest.args[0].type: expected one of"),
    ])
  func refused(manifest: String, message: String) throws {
    let tools = try Tools()
    try tools.put("one.json", manifest)
    let contents = try tools.load()
    let failure = try #require(contents.refused.first?.failure)
    #expect(failure.reason == "bad-manifest")
    #expect(failure.message.contains(message), "\(failure.message)")
    #expect(contents.plugins.isEmpty && contents.refused[0].hash != nil)
  }

  @Test("is what its manifest says")
  func declared() throws {
    let tools = try Tools()
    try tools.put(
      "one.json",
      #"""
      {"command": ["true", "{a}"], "title": "One", "doc": "Does one.", "version": "1.2.3",
       "args": [{"name": "a", "type": "text", "required": true, "secret": true, "doc": "An a"}],
       "example": {"a": "x"}, "limits": {"wallMilliseconds": 300000, "concurrency": 2},
       "require": ["memory"], "devices": ["/dev/x"], "price": {"perCall": 3}, "readOnly": true}
      """#)
    let plugin = try #require(try tools.load().plugins.first)
    let tool = plugin.declaration.handlers[0]
    #expect(plugin.id == "declared.one" && plugin.version == "1.2.3" && plugin.file == "one.json")
    #expect(plugin.hash.utf8.count == 64 && plugin.generation == 1 && plugin.concurrency == 2)
    #expect(tool.name == "one" && tool.title == "One" && tool.isReadOnly && !tool.isIdempotent)
    #expect(tool.arguments[0].isRequired && tool.arguments[0].isSecret)
    #expect(plugin.limits(of: 0).wallMilliseconds == 300_000)
    #expect(plugin.price(of: 0)?.perCall == 3 && plugin.required(of: 0) == [.memory])
    #expect(plugin.declaration.needs == ["orien.process/1"])
    #expect(tools.folder.named().devices == ["/dev/x"])
  }

  @Test("has its place among libraries, and who comes first keeps an id")
  func order() throws {
    let tools = try Tools()
    let library = try Fixture.bytes("named", ["ID=\"test.b\"", "TOOL=\"c\""])
    try tools.put("b.so", library)
    try tools.put("a.json", Self.program(#""id": "test.a""#))
    try tools.put("c.json", Self.program(#""id": "test.c""#))
    try tools.put("d.json", Self.program(#""id": "test.a""#))
    let contents = try tools.load()
    #expect(contents.plugins.map(\.file) == ["a.json", "b.so"])
    #expect(
      contents.refused.map(\.failure.message) == [
        "tool c belongs to b.so, which comes before c.json; remove one",
        "plugin test.a is a.json already; remove one",
      ])
  }

  @Test("A plugin's manifest is none, whether its library is there or not")
  func manifests() throws {
    let tools = try Tools()
    try tools.put("a.json", #"{"isolation": "node", "config": {"x": 1}}"#)
    #expect(try tools.load().plugins.isEmpty)
    #expect(try tools.load().refused.isEmpty)
    try tools.put("b.json", Self.program(#""doc": "x""#))
    try tools.put("b.so", try Fixture.bytes("named", ["ID=\"test.b\"", "TOOL=\"b\""]))
    let refused = try tools.load().refused
    #expect(refused.map(\.file) == ["b.so"])
    #expect(refused[0].failure.message.contains("unknown key \"command\""))
  }

  @Test("that is changed is another generation; one that is worse leaves what serves")
  func generations() throws {
    let tools = try Tools()
    try tools.put("one.json", Self.program(#""doc": "1""#))
    let first = try tools.load().plugins
    #expect(try tools.folder.load(for: tools.node, after: first).plugins[0] === first[0])
    try tools.put("one.json", Self.program(#""doc": 2"#))
    let worse = try tools.folder.load(for: tools.node, after: first)
    #expect(worse.plugins[0] === first[0])
    #expect(worse.refused[0].failure.message.hasSuffix("serves on"))
    try tools.put("one.json", Self.program(#""doc": "2""#))
    let folder = tools.folder
    let second = try folder.load(for: tools.node, after: first).plugins
    #expect(second[0] !== first[0] && second[0].declaration.doc == "2")
    try tools.put("one.json", Self.program(#""enabled": false"#))
    let off = try folder.load(for: tools.node, after: second)
    #expect(off.plugins.isEmpty && off.refused.map(\.failure.reason) == ["disabled"])
  }

  @Test("is not loaded where only what comes with Orien is")
  func safeMode() throws {
    let tools = try Tools()
    try tools.put("one.json", Self.program(#""doc": "1""#))
    try tools.put("echo.json", #"{"isolation": "node"}"#)
    var folder = tools.folder
    folder.isSafe = true
    let contents = try folder.load(for: tools.node)
    #expect(contents.plugins.isEmpty && contents.refused.map(\.failure.reason) == ["safe-mode"])
  }

  @Test("Each example is sound")
  func examples() throws {
    let path = Fixture.tree + "/tools.d/examples"
    let names = try FileManager.default.contentsOfDirectory(atPath: path)
    #expect(names.count >= 5)
    let tools = try Tools()
    for name in names {
      try tools.put(name, try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8))
    }
    let contents = try tools.load()
    #expect(contents.refused.map(\.failure.message) == [])
    #expect(contents.plugins.map(\.file) == names.sorted())
    #expect(contents.plugins.allSatisfy { $0.declaration.handlers[0].example != nil })
  }
}
