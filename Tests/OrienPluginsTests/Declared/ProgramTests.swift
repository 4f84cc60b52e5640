import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienPlugins

@Suite("A declared program")
struct ProgramTests {
  private static let hostile = [
    "two words", "'", "\"", "-rf", "--", "$(id)", "`id`", "a;b|c&d>e", "line\nline", "{other}",
    "{{",
    "}", "*", "~", "\\", "", "é \u{1F600}",
  ]

  /// What a call with these arguments would run.
  private func command(
    _ manifest: String, _ arguments: String
  ) throws -> OrienPlugins.Command {
    let tools = try Tools()
    try tools.put("one.json", manifest)
    let contents = try tools.load()
    #expect(contents.refused.map(\.failure.message) == [])
    let plugin = try #require(contents.plugins.first)
    let checked = try CheckedArguments(
      checking: JSON(parsing: arguments), against: plugin.declaration.handlers[0].arguments)
    let result = plugin.result(
      of: plugin.call("one", .packed(checked.packed)), host: RecordingCall())
    guard case .exec(let command) = result.outcome else {
      throw Failure(.internal, "no-command", "\(result.outcome)")
    }
    return command
  }

  private func quoted(_ text: String) -> String { JSON.string(text).text }

  @Test("gets each argument as one, whatever stands in it", arguments: hostile)
  func oneArgument(text: String) throws {
    let manifest = #"""
      {"command": ["true", "{text}", "--text={text}", "{other}"],
       "args": [{"name": "text", "type": "text"}, {"name": "other", "type": "text", "default": "o"}]}
      """#
    let command = try command(manifest, #"{"text": \#(quoted(text))}"#)
    #expect(command.arguments == ["true", text, "--text=" + text, "o"])
  }

  @Test("gets a list as one argument for each entry, and none for none", arguments: [[], hostile])
  func lists(texts: [String]) throws {
    let manifest = #"""
      {"command": ["true", "--", "{all}", "end"], "args": [{"name": "all", "type": "texts"}]}
      """#
    let given = JSON.array(texts.map { .string($0) }).text
    #expect(
      try command(manifest, #"{"all": \#(given)}"#).arguments == ["true", "--"] + texts + ["end"])
  }

  @Test("loses the word of an argument that is absent, and what is grouped with it")
  func absent() throws {
    let manifest = #"""
      {"command": ["true", "{a}", ["-b", "{b}"], "--c={c}", "{d}", "last"],
       "args": [{"name": "a", "type": "text"}, {"name": "b", "type": "integer"},
                {"name": "c", "type": "bool"}, {"name": "d", "type": "texts"}]}
      """#
    #expect(try command(manifest, "{}").arguments == ["true", "last"])
    #expect(
      try command(manifest, #"{"a": "", "b": 0, "c": false, "d": ["x", "y"]}"#).arguments
        == ["true", "", "-b", "0", "--c=false", "x", "y", "last"])
  }

  @Test("gets a file as one beneath its folder, so that no name is an option")
  func files() throws {
    let manifest = #"""
      {"command": ["true", "{file}", "--in={file}"], "args": [{"name": "file", "type": "file"}]}
      """#
    #expect(
      try command(manifest, #"{"file": "-rf"}"#).arguments == ["true", "./-rf", "--in=-rf"])
  }

  @Test("gets numbers in decimal and JSON in its compact form")
  func values() throws {
    let manifest = #"""
      {"command": ["true", "{i}", "{n}", "{j}"],
       "args": [{"name": "i", "type": "integer"}, {"name": "n", "type": "number"},
                {"name": "j", "type": "json"}]}
      """#
    #expect(
      try command(manifest, #"{"i": 1e2, "n": 0.5, "j": {"a": [1, null]}}"#).arguments
        == ["true", "100", "0.5", #"{"a":[1,null]}"#])
  }

  @Test("reads and finds in its environment what is declared so")
  func input() throws {
    let manifest = #"""
      {"command": ["true"], "input": "{data}", "env": {"MODE": "m={mode}", "FIXED": "{{x}}"},
       "args": [{"name": "data", "type": "bytes"}, {"name": "mode", "type": "text"}]}
      """#
    let given = try command(manifest, #"{"data": "AP8=", "mode": "$(x)"}"#)
    #expect(given.input == [0, 255])
    #expect(given.environment == ["MODE=m=$(x)", "FIXED={x}"])
    let bare = try command(manifest, "{}")
    #expect(bare.input == [] && bare.environment == ["FIXED={x}"])
  }

  private static func npm(_ more: String = "") -> String {
    #"""
    {"command": ["true", "{what}"], \#(more)
     "args": [{"name": "what", "type": "text", "default": "build", "choices": {
       "build": {"words": ["run", "build"]}, "install": {"network": true}, "none": {"words": []}}}]}
    """#
  }

  @Test(
    "gets the words that a choice stands for, and one that wants the network only where that is")
  func choices() throws {
    #expect(try command(Self.npm(), "{}").arguments == ["true", "run", "build"])
    #expect(try command(Self.npm(), #"{"what": "none"}"#).arguments == ["true"])
    #expect(throws: Failure.self) { try command(Self.npm(), #"{"what": "install"}"#) }
    let granted = Self.npm(#""network": {"allow": ["example.org:443"]},"#)
    #expect(try command(granted, #"{"what": "install"}"#).arguments == ["true", "install"])
  }

  @Test("is not available where it is missing, and is once somebody has installed it")
  func missing() throws {
    let tools = try Tools()
    try tools.put("one.json", #"{"command": ["no-such-program"]}"#)
    guard case .unavailable(let failure) = try tools.load().plugins[0].state else {
      Issue.record("it is available")
      return
    }
    #expect(failure.message == "there is no no-such-program in /usr/bin or /bin: install it")
  }

  @Test("refuses NUL, and a file that is not in the workspace by its form")
  func refused() throws {
    let manifest = #"""
      {"command": ["true", "{t}", "{f}", "{l}"], "args": [{"name": "t", "type": "text"},
       {"name": "f", "type": "file"}, {"name": "l", "type": "texts"}]}
      """#
    for given in [#"{"t": "a\u0000b"}"#, #"{"l": ["a\u0000b"]}"#, #"{"f": "/etc/passwd"}"#] {
      #expect(throws: Failure.self) { try command(manifest, given) }
    }
    #expect(throws: Failure.self) { try command(manifest, #"{"f": "../x"}"#) }
    #expect(throws: Failure.self) { try command(manifest, #"{"other": "x"}"#) }
  }
}
