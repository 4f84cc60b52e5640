import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienPlugins

@Suite("The node's own copies of libraries")
struct StoreTests {
  private static func sound() throws -> [UInt8] {
    try Fixture.bytes("named", ["ID=\"test.a\"", "TOOL=\"a\""])
  }

  @Test("What is loaded is the copy: the file may be changed in place, cut or removed after")
  func copy() throws {
    let tools = try Tools()
    try tools.put("one.so", Self.sound())
    let plugin = try tools.load().plugins[0]
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: tools.path + "/one.so"))
    try file.write(contentsOf: Data(repeating: 0xCC, count: 8192))
    try file.truncate(atOffset: 100)
    try file.close()
    let call = RecordingCall()
    #expect(plugin.result(of: "a", host: call).outcome == .done)
    #expect(call.output == "none")
    #expect(try tools.load().refused.map(\.failure.reason) == ["not-a-library"])
    #expect(plugin.result(of: "a").outcome == .done)
  }

  @Test("A library that is what it was is not read again, and one that only looks so is")
  func known() throws {
    let tools = try Tools()
    try tools.put("one.so", Self.sound())
    let store = try PluginStore(at: tools.state, reader: "")
    let path = tools.path + "/one.so"
    func hash() throws -> String? {
      let status = try Folder(at: tools.path).statusIfAny(of: "one.so")
      return try status.flatMap { try store.hash(ofFile: "one.so", $0) }
    }
    // Not at once, for what has changed just now may change again.
    let end = Instant.now + .seconds(20)
    while try hash() == nil, Instant.now < end { #expect(try tools.load().plugins.count == 1) }
    #expect(try hash() == LibraryFile.sha256(try Self.sound()))
    #expect(try tools.load().plugins.count == 1)
    let before = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate]
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.write(contentsOf: Data(repeating: 0xCC, count: 64))
    try file.close()
    try FileManager.default.setAttributes([.modificationDate: before as Any], ofItemAtPath: path)
    #expect(try hash() == nil)
    #expect(try tools.load().refused.map(\.failure.reason) == ["not-a-library"])
  }

  @Test("A copy that is not what was judged is made again")
  func damaged() throws {
    let tools = try Tools()
    try tools.put("one.so", Self.sound())
    let hash = LibraryFile.sha256(try Self.sound())
    let store = try PluginStore(at: tools.state, reader: "")
    let path = try store.keep(Self.sound(), hash: hash)
    #expect(path == "\(tools.state)/\(hash).so")
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
    #expect(try tools.load().plugins.count == 1)
    #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) == (try Self.sound()))
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test("A library is scanned once; another version of the node scans it again")
  func cached() throws {
    let tools = try Tools()
    try tools.put("one.so", Self.sound())
    let hash = LibraryFile.sha256(try Self.sound())
    #expect(try tools.load().plugins.count == 1)
    var noWorker = tools.folder
    noWorker.worker = "/nonexistent"
    #expect(try noWorker.load(for: tools.node).plugins.map(\.hash) == [hash])
    let newer = ToolsFolder(
      path: tools.path, storePath: tools.state, worker: "/nonexistent", nodeVersion: "1.2.4")
    #expect(
      try newer.load(for: tools.node).refused.map(\.failure.message)[0].contains("/nonexistent"))
  }

  @Test(
    "What went wrong beside the library is told, and forgotten by the next start",
    arguments: [
      ("exit 70", "scan-failed", "ended with code 70 before"),
      ("exit 0", "scan-failed", "ended with code 0 before"),
      ("kill -KILL $$", "scan-failed", "died of signal 9 before"),
      ("kill -SEGV $$", "scan-failed", "died of signal 11 before"),
      ("echo; kill -TERM $$", "killed", "died of signal 15 when"),
      ("echo; kill -KILL $$", "killed", "died of signal 9 when"),
      ("echo; kill -ABRT $$", "crashes", "died of signal 6 when"),
      ("echo; exit 5", "crashes", "code 5"),
      ("exec sleep 60", "slow", "100 ms"),
      ("echo; exec cat /dev/zero", "too-large", "more than 2097152 bytes"),
      (
        #"echo; echo '{"refused":{"reason":"odd","message":"a\u001b[2J\u202eb"}}'"#, "odd",
        "a\u{FFFD}[2J\u{FFFD}b"
      ),
      (#"echo; echo '{"refused":{"reason":"O DD","message":"a"}}'"#, "crashes", "said no table"),
    ])
  func worker(deed: String, reason: String, message: String) throws {
    let tools = try Tools()
    try tools.put("one.so", Self.sound())
    var folder = tools.folder
    folder.worker = tools.root + "/worker"
    folder.scanPatience = reason == "slow" ? [.milliseconds(100)] : folder.scanPatience
    try tools.put("../script", "#!/bin/sh\n\(deed)\n")
    // Copied by another process: a file that this one has open for writing while it starts a third
    // cannot be run.
    let install = Process()
    install.executableURL = URL(fileURLWithPath: "/usr/bin/install")
    install.arguments = ["-m", "755", tools.root + "/script", folder.worker]
    try install.run()
    install.waitUntilExit()
    let refused = try #require(try folder.load(for: tools.node).refused.first)
    #expect(refused.failure.reason == reason)
    #expect(refused.failure.message.contains(message), "\(refused.failure.message)")
    #expect(try tools.load().plugins.count == 1)
  }

  @Test(
    "What is kept of a scan is not believed",
    arguments: ["", "{", "{}", #"{"reader":"x"}"#, "null"])
  func corrupt(cache: String) throws {
    let tools = try Tools()
    try tools.put("one.so", Self.sound())
    #expect(try tools.load().plugins.count == 1)
    let path = "\(tools.state)/\(LibraryFile.sha256(try Self.sound())).json"
    #expect(FileManager.default.fileExists(atPath: path))
    try Data(cache.utf8).write(to: URL(fileURLWithPath: path))
    #expect(try tools.load().plugins.count == 1)
  }

  @Test("A listing that somebody changed is not the table's, and refused")
  func forged() throws {
    let tools = try Tools()
    try tools.put("one.so", Self.sound())
    #expect(try tools.load().plugins.count == 1)
    let path = "\(tools.state)/\(LibraryFile.sha256(try Self.sound())).json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try Data(text.replacing(#""name":"a""#, with: #""name":"b""#).utf8)
      .write(to: URL(fileURLWithPath: path))
    #expect(
      try tools.load().refused.map(\.failure.message)
        == ["its table is another one than when it was scanned"])
  }

  @Test(
    "A lasting refusal is kept, one that may pass is not",
    arguments: [
      ("LIE=null_id", "liar", true), ("DEED=chdirs", "crasher", true),
      ("DEED=aborts", "crasher", false),
      ("DEED=waits", "crasher", false),
    ])
  func refusals(definition: String, source: String, isKept: Bool) throws {
    let tools = try Tools()
    let bytes = try Fixture.bytes(source, [definition])
    try tools.put("one.so", bytes)
    var folder = tools.folder
    if definition == "DEED=waits" { folder.scanPatience = [.milliseconds(300)] }
    let first = try folder.load(for: tools.node).refused
    let path = "\(tools.state)/\(LibraryFile.sha256(bytes)).json"
    #expect(FileManager.default.fileExists(atPath: path) == isKept)
    #expect(try folder.load(for: tools.node).refused.map(\.failure) == first.map(\.failure))
  }

  @Test("What belongs to no library any more is removed, and a plugin's own folder is not")
  func pruned() throws {
    let tools = try Tools()
    try tools.put("one.so", Self.sound())
    #expect(try tools.load().plugins.count == 1)
    try tools.put("one.so", Fixture.bytes("named", ["ID=\"test.a\"", "TOOL=\"b\""]))
    #expect(try tools.load().plugins.count == 1)
    let names = try FileManager.default.contentsOfDirectory(atPath: tools.state).sorted()
    let hash = LibraryFile.sha256(try Fixture.bytes("named", ["ID=\"test.a\"", "TOOL=\"b\""]))
    #expect(Set(names) == ["\(hash).json", "\(hash).so", "data", "known", "signed"])
    #expect(FileManager.default.fileExists(atPath: tools.state + "/data/test.a"))
  }
}
