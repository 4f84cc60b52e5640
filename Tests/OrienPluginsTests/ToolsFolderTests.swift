import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienPlugins

@Suite("The tools' folder")
struct ToolsFolderTests {
  private static func named(_ id: String, _ tool: String) throws -> [UInt8] {
    try Fixture.bytes("named", ["ID=\"\(id)\"", "TOOL=\"\(tool)\""])
  }

  @Test("One bad library costs no other")
  func oneBad() throws {
    let tools = try Tools()
    try tools.put("a.so", Self.named("test.a", "a"))
    try tools.put("b.so", Fixture.bytes("crasher", ["DEED=aborts"]))
    try tools.put("c.so", "no library")
    try tools.put("d.so", Self.named("test.d", "d"))
    let contents = try tools.load()
    #expect(contents.plugins.map(\.id) == ["test.a", "test.d"])
    #expect(contents.plugins.map(\.name) == ["a", "d"])
    #expect(contents.refused.map(\.file) == ["b.so", "c.so"])
    #expect(contents.plugins.allSatisfy { $0.state == .ready && $0.hash.utf8.count == 64 })
  }

  @Test("The first by name keeps an id, and the second is told of the first")
  func duplicates() throws {
    let tools = try Tools()
    try tools.put("a.so", Self.named("test.a", "same"))
    try tools.put("b.so", Self.named("test.b", "same"))
    try tools.put("c.so", Self.named("test.a", "other"))
    let contents = try tools.load()
    #expect(contents.plugins.map(\.name) == ["a"])
    #expect(contents.refused.map(\.failure.reason) == ["duplicate-id", "duplicate-id"])
    #expect(
      contents.refused.map(\.failure.message) == [
        "tool same belongs to a.so, which comes before b.so; remove one",
        "plugin test.a is a.so already; remove one",
      ])
    #expect(contents.refused[0].id == "test.b")
  }

  @Test("A plugin that is switched off keeps no id")
  func disabled() throws {
    let tools = try Tools()
    try tools.put("a.so", Self.named("test.a", "same"))
    try tools.put("a.json", #"{"enabled": false}"#)
    try tools.put("b.so", Self.named("test.b", "same"))
    let contents = try tools.load()
    #expect(contents.plugins.map(\.name) == ["b"])
    #expect(contents.refused.map(\.failure.reason) == ["disabled"])
  }

  @Test("A manifest that changed since it was read for the jail is read anew")
  func remembered() throws {
    let tools = try Tools()
    try tools.put("a.so", Self.named("test.a", "a"))
    try tools.put("a.json", #"{"devices": ["/dev/old"]}"#)
    let named = tools.folder.named()
    #expect(named.devices == ["/dev/old"])
    let manifest = { () throws -> Manifest? in
      let judgement = Judgement()
      try tools.folder.judge(into: judgement, knowing: named, beside: nil)
      _ = judgement.next()
      guard case .found(let candidate) = judgement.next(),
        case .sound(let sound) = candidate.outcome
      else { return nil }
      return sound.manifest
    }
    #expect(try manifest()?.devices == ["/dev/old"])
    try tools.put("a.json", #"{"devices": ["/dev/new"]}"#)
    #expect(try manifest()?.devices == ["/dev/new"])
    try tools.put("a.json", #"{"enabled": false}"#)
    #expect(try manifest() == nil)
  }

  @Test("What editors and copies leave behind is no library")
  func others() throws {
    let tools = try Tools()
    let bytes = try Self.named("test.a", "a")
    for name in [".#a.so", ".a.so.swp", "a.so~", "a.so.tmp", "a.so.1", "a.json5", ".so", "README"] {
      try tools.put(name, bytes)
    }
    try FileManager.default.createDirectory(
      atPath: tools.path + "/folder", withIntermediateDirectories: false)
    let contents = try tools.load()
    #expect(contents.plugins.isEmpty && contents.refused.isEmpty)
  }

  @Test(
    "A name that looks like a library's and cannot be one is told",
    arguments: ["my tool.so", "é.so", String(repeating: "a", count: 62) + ".so", "a;b.so"])
  func badNames(name: String) throws {
    let tools = try Tools()
    try tools.put(name, try Self.named("test.a", "a"))
    #expect(try tools.load().refused.map(\.failure.reason) == ["bad-name"])
  }

  @Test(
    "A file that others may change, or that acts as another user, is not trusted",
    arguments: [
      (0o664, "chmod go-w"), (0o646, "chmod go-w"), (0o4755, "chmod ug-s"), (0o2755, "ug-s"),
    ])
  func modes(mode: Int, knob: String) throws {
    let tools = try Tools()
    try tools.put("a.so", try Self.named("test.a", "a"), mode: mode)
    let failure = try #require(try tools.load().refused.first?.failure)
    #expect(failure.reason == "untrusted-file")
    #expect(failure.message.contains(knob))
  }

  @Test("A link is not followed, and a file with two names not read")
  func links() throws {
    let tools = try Tools()
    let elsewhere = try Fixture.library("named", ["ID=\"test.a\"", "TOOL=\"a\""])
    try FileManager.default.createSymbolicLink(
      atPath: tools.path + "/a.so", withDestinationPath: elsewhere)
    try FileManager.default.linkItem(atPath: elsewhere, toPath: tools.path + "/b.so")
    #expect(mkfifo(tools.path + "/c.so", 0o600) == 0)
    let contents = try tools.load()
    #expect(contents.refused.map(\.file) == ["a.so", "b.so", "c.so"])
    #expect(contents.refused.map(\.failure.reason) == ["path-escape", "not-a-file", "not-a-file"])
    try FileManager.default.removeItem(atPath: tools.path + "/b.so")
  }

  @Test("A file of another user is not trusted", .enabled(if: User.current == 0))
  func owner() throws {
    let tools = try Tools()
    try tools.put("a.so", try Self.named("test.a", "a"))
    #expect(chown(tools.path + "/a.so", 12345, 12345) == 0)
    #expect(try tools.load().refused.map(\.failure.reason) == ["untrusted-file"])
  }

  @Test("A folder that others may write to, beneath a link, or missing, is not used at all")
  func folder() throws {
    let tools = try Tools()
    try tools.put("a.so", try Self.named("test.a", "a"))
    #expect(chmod(tools.path, 0o775) == 0)
    #expect(throws: Failure.self) { try tools.load() }
    #expect(chmod(tools.path, 0o755) == 0)
    #expect(chmod(tools.root, 0o777) == 0)
    #expect(throws: Failure.self) { try tools.load() }
    #expect(chmod(tools.root, 0o755) == 0)
    #expect(try tools.load().plugins.count == 1)
    try FileManager.default.createSymbolicLink(
      atPath: tools.root + "/link", withDestinationPath: tools.path)
    for path in [tools.root + "/link", tools.root + "/none"] {
      let folder = ToolsFolder(
        path: path, storePath: tools.state, worker: Fixture.worker, nodeVersion: "1")
      #expect(throws: Failure.self) { try folder.load(for: tools.node) }
    }
  }

  @Test("Beyond a number of libraries the rest is told, not loaded")
  func tooMany() throws {
    let tools = try Tools()
    for index in 0...ToolsFolder.mostLibraries {
      #expect(
        FileManager.default.createFile(atPath: "\(tools.path)/\(index + 10_000).so", contents: nil))
    }
    let refused = try tools.load().refused
    #expect(refused.count == ToolsFolder.mostLibraries + 1)
    #expect(refused.filter { $0.failure.reason == "too-many" }.map(\.file) == ["14096.so"])
  }
}
