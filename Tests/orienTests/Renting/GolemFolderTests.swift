import Glibc
import OrienEVM
import OrienModel
import OrienSystem
import Testing

@testable import orien

@Suite("What golem-provider has kept")
struct GolemFolderTests {
  let scratch = Scratch()

  /// The key 1, which is nobody's.
  private static let address = "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"
  private static func key(_ last: Int) -> String {
    "{\"address\":\"\(address)\",\"private_key\":\"0x" + String(repeating: "0", count: 63)
      + "\(last)\"}"
  }

  private static let sound = [
    "vm_names.json": #"{"name_map":{"web":"golem-1"},"reverse_map":{"golem-1":"web"}}"#,
    "ports.json": #"{"golem-1":50800,"golem-2":50801}"#,
    "proxy_state.json":
      #"{"version":1,"proxies":{"golem-1":{"port":50800,"target":"10.0.0.2"}}}"#,
    "streams.json":
      #"{"web":7,"old":115792089237316195423570985008687907853269984665640564039457}"#,
    "provider_key.json": key(1), "jobs.sqlite": "",
  ]

  private func write(_ files: [String: String]) {
    for (name, text) in files { _ = scratch.write(name, text) }
  }

  @Test("All of it is found: machines by name, port and stream, and what belongs to none")
  func whole() throws {
    write(Self.sound)
    let found = try GolemFolder(at: scratch.path)
    #expect(
      found.machines == [
        .init(name: "web", engineName: "golem-1", port: 50800, stream: "7"),
        .init(name: "golem-2", engineName: "golem-2", port: 50801, stream: nil),
      ])
    #expect(found.strayStreams == ["old"])
    #expect(found.address == Self.address)
    #expect(found.files.map(\.name).sorted() == Self.sound.keys.sorted())
  }

  @Test(
    "D-B5-1: a file that cannot be read whole is an error, and never taken for an empty one",
    arguments: [
      ("streams.json", ""), ("streams.json", "{\"web\":7"), ("streams.json", "[]"),
      ("streams.json", "null"), ("streams.json", #"{"web":"x"}"#), ("streams.json", #"{"web":-1}"#),
      ("streams.json", #"{"web":1.5}"#), ("ports.json", #"{"a":0}"#), ("ports.json", "\u{0}"),
      ("ports.json", #"{"a":70000}"#), ("ports.json", #"{"a":5,"b":5}"#),
      ("proxy_state.json", #"{"version":2,"proxies":{}}"#),
      ("proxy_state.json", #"{"version":1,"proxies":{"golem-1":{"port":9,"target":"a"}}}"#),
      ("proxy_state.json", #"{"version":1,"proxies":{"golem-1":{}}}"#),
      ("vm_names.json", #"{"name_map":{"web":"golem-1"},"reverse_map":{}}"#),
      ("vm_names.json", #"{"name_map":{"web":"golem-1"}}"#),
      ("vm_names.json", #"{"name_map":{"web":1},"reverse_map":{}}"#),
      ("provider_key.json", #"{"address":"0x1","private_key":"0x2"}"#),
      ("provider_key.json", key(2)), ("provider_key.json", key(0)),
      ("jobs.sqlite", "no database"),
    ])
  func unreadable(_ name: String, _ text: String) throws {
    write(Self.sound.merging([name: text]) { $1 })
    let failure = #expect(throws: Failure.self) { try GolemFolder(at: scratch.path) }
    #expect(failure?.message.hasPrefix(name) == true)
  }

  @Test("A folder without any of its files is none of its")
  func none() {
    let failure = #expect(throws: Failure.self) { try GolemFolder(at: scratch.path) }
    #expect(failure?.code == .notFound)
  }

  @Test("A dry run says what would be done and does nothing; an import copies and deletes nothing")
  func imports() throws {
    let source = Scratch()
    for (name, text) in Self.sound { _ = source.write(name, text) }
    let words = ["import", "golem", source.path, "--state", scratch.path + "/state"]
    let dry = Capture()
    #expect(dry.run(all: words + ["--dry-run"]) == .success)
    #expect(dry.output.lines.contains { $0.hasPrefix("not taken over: web (golem-1, port 50800") })
    #expect(dry.output.contains("No stream is taken over"))
    #expect(HostFile.kind(at: scratch.path + "/state") == nil)
    #expect(Capture().run(all: words) == .success)
    #expect(Capture().run(all: words) == .success)
    let kept = try Folder(at: scratch.path + "/state/golem")
    let keys = try Folder(at: scratch.path + "/state/keys")
    #expect(try keys.status().mode & 0o777 == 0o700)
    #expect(
      try KeyFile.read(keys.path + "/provider_key.json", password: nil).address.description
        .lowercased() == Self.address)
    for (name, text) in Self.sound {
      let kept = name == "provider_key.json" ? keys : kept
      let bytes = try kept.contents(of: FolderPath(name), atMost: 10_000)
      #expect(bytes == Array(text.utf8))
      #expect(HostFile.kind(at: "\(source.path)/\(name)") == .regular)
    }
    // Another's is not written over.
    _ = source.write("streams.json", "{}")
    #expect(Capture().run(all: words).code == 75)
    let state = try Folder(at: scratch.path)
    while !(try state.removeTree("state", entries: 100)) {}
  }
}
