import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienPlugins

@Suite("A declared function")
struct FunctionTests {
  private func plugin(_ manifest: String, in tools: Tools) throws -> Plugin {
    try tools.put("one.json", manifest)
    let contents = try tools.load()
    #expect(contents.refused.map(\.failure.message) == [])
    return try #require(contents.plugins.first)
  }

  /// The output of a call; its failure's reason where it failed.
  private func output(_ manifest: String, _ arguments: String = "{}") throws -> String {
    let tools = try Tools()
    let plugin = try plugin(manifest, in: tools)
    return try output(plugin, arguments)
  }

  private func output(_ plugin: Plugin, _ arguments: String) throws -> String {
    let checked = try CheckedArguments(
      checking: JSON(parsing: arguments), against: plugin.declaration.handlers[0].arguments)
    let host = RecordingCall()
    let result = plugin.result(of: plugin.call("one", .values(checked.values)), host: host)
    if case .failed(let failure) = result.outcome { return failure.reason }
    return host.output
  }

  private static func example(_ name: String) throws -> String {
    try String(contentsOfFile: Fixture.tree + "/tools.d/examples/\(name).json", encoding: .utf8)
  }

  @Test("takes bytes with their size, and its number is told in decimal")
  func crc32() throws {
    let manifest = try Self.example("crc32")
    #expect(try output(manifest, #"{"data": "aGVsbG8="}"#) == "907060870")
    #expect(try output(manifest, #"{"data": ""}"#) == "0")
    #expect(
      try output(manifest, #"{"data": "bG8=", "start": 2188009514}"#)
        != output(manifest, #"{"data": "bG8="}"#))
  }

  @Test("fills a buffer, of which as much is told as it says")
  func compress() throws {
    let tools = try Tools()
    let plugin = try plugin(try Self.example("deflate"), in: tools)
    let host = RecordingCall()
    _ = plugin.result(of: plugin.call("one", .values([.bytes(Array("hello".utf8))])), host: host)
    #expect(host.kept.bytes[.output] == 13)
  }

  private static func libc(_ symbol: String, _ arguments: String, _ more: String) -> String {
    #"{"library": "libc.so.6", "symbol": "\#(symbol)", "args": [\#(arguments)], \#(more)}"#
  }

  @Test(
    "takes and returns every type",
    arguments: [
      (libc("labs", #"{"name": "x", "type": "i64"}"#, #""returns": "i64""#), #"{"x": -5}"#, "5"),
      (libc("abs", #"{"name": "x", "type": "i32"}"#, #""returns": "i32""#), #"{"x": -7}"#, "7"),
      (libc("abs", #"{"name": "x", "type": "i32"}"#, #""returns": "i8""#), #"{"x": 255}"#, "-1"),
      (libc("abs", #"{"name": "x", "type": "i16"}"#, #""returns": "u16""#), #"{"x": -9}"#, "9"),
      (libc("abs", #"{"name": "x", "type": "u8"}"#, #""returns": "bool""#), #"{"x": 0}"#, "false"),
      (
        libc("abs", #"{"name": "x", "type": "bool"}"#, #""returns": "bool""#), #"{"x": true}"#,
        "true"
      ),
      (libc("labs", #"{"type": "i64", "value": -3}"#, #""returns": "u64""#), "{}", "3"),
      (
        libc("strlen", #"{"name": "x", "type": "text"}"#, #""returns": "u64""#), #"{"x": "é"}"#,
        "2"
      ),
      (
        libc(
          "strchr", #"{"name": "x", "type": "text"}, {"type": "i32", "value": 98}"#,
          #""returns": "text""#), #"{"x": "abc"}"#, "bc"
      ),
      (
        libc(
          "strchr", #"{"name": "x", "type": "text"}, {"type": "i32", "value": 98}"#,
          #""returns": "text""#), #"{"x": "x"}"#, "no-text"
      ),
      (
        libc(
          "memcpy",
          #"{"type": "buffer", "name": "b", "bytes": 4}, {"name": "x", "type": "text"}, {"type": "u64", "value": 3}"#,
          #""returns": "void", "emits": "b""#), #"{"x": "abc"}"#, "abc\0"
      ),
    ])
  func types(manifest: String, given: String, expected: String) throws {
    #expect(try output(manifest, given) == expected)
  }

  @Test(
    "takes and returns fractions", arguments: [("f64", "sqrt", "1.5"), ("f32", "sqrtf", "1.5")])
  func fractions(type: String, symbol: String, expected: String) throws {
    let manifest =
      #"{"library": "libm.so.6", "symbol": "\#(symbol)", "returns": "\#(type)", "#
      + #""args": [{"name": "x", "type": "\#(type)"}]}"#
    #expect(try output(manifest, #"{"x": 2.25}"#) == expected)
  }

  @Test("that returns another number than is expected has failed")
  func unexpected() throws {
    let manifest = Self.libc(
      "abs", #"{"name": "x", "type": "i32"}"#, #""returns": "i32", "expects": 0"#)
    #expect(try output(manifest, #"{"x": 3}"#) == "unexpected-result")
    #expect(try output(manifest, #"{"x": 0}"#) == "0")
  }

  @Test("that fills no buffer, or says more than there is room for, has failed")
  func buffers() throws {
    func filling(_ returned: Int) -> String {
      Self.libc(
        "abs",
        #"{"type": "i32", "value": \#(returned)}, {"type": "buffer", "name": "b", "bytes": 4}"#,
        #""returns": "i32", "emits": "b""#)
    }
    #expect(try output(filling(2)) == "\0\0")
    #expect(try output(filling(5)) == "buffer-too-small")
  }

  @Test("is given no number that its type does not have")
  func range() throws {
    let manifest = Self.libc("abs", #"{"name": "x", "type": "u8"}"#, #""returns": "i32""#)
    for given in [#"{"x": 256}"#, #"{"x": -1}"#] {
      #expect(throws: Failure.self) { try output(manifest, given) }
    }
    let wide = Self.libc(
      "abs", #"{"name": "x", "type": "u8", "rules": {"maximum": 1000}}"#, #""returns": "i32""#)
    #expect(try output(wide, #"{"x": 256}"#) == "out-of-range")
  }

  @Test("whose type is wrong costs its own calls, and is started again")
  func crash() throws {
    let tools = try Tools()
    let manifest = Self.libc("strlen", #"{"name": "x", "type": "u64"}"#, #""returns": "u64""#)
    let plugin = try plugin(manifest, in: tools)
    #expect(plugin.isolation == .worker)
    #expect(try output(plugin, #"{"x": 8}"#) == "plugin-crash")
    #expect(plugin.state == .ready)
  }

  @Test(
    "that is not there is refused, and why",
    arguments: [
      ("libnone.so.1", "x", "not-loadable", "manifest.library: libnone.so.1: cannot open"),
      ("libc.so.6", "no_such", "no-symbol", "manifest.symbol: libc.so.6 has no no_such"),
    ])
  func missing(library: String, symbol: String, reason: String, message: String) throws {
    let tools = try Tools()
    try tools.put(
      "one.json", #"{"library": "\#(library)", "symbol": "\#(symbol)", "returns": "i32"}"#)
    let failure = try #require(try tools.load().refused.first?.failure)
    #expect(failure.reason == reason)
    #expect(failure.message.hasPrefix(message), "\(failure.message)")
  }
}
