import Glibc
import OrienLedger
import OrienModel
import OrienSystem
import Testing

@testable import orien

@Suite("What a node would find on a machine")
struct NodeChecksTests {
  let scratch = Scratch()

  private func checks(_ variables: [String: String] = [:]) throws -> [String: Check] {
    let environment = Environment(
      variables: ["STATE_DIR": scratch.path, "PORT": "0"].merging(variables) { $1 },
      workingFolder: scratch.path, executablePath: Environment.current.executablePath,
      userID: Environment.current.userID)
    let configuration = try Configuration.load(environment: environment)
    let made = Result { () throws(Failure) in
      try TemporaryFolder(in: NodeChecks.nearest(configuration.stateFolder))
    }
    let checks = NodeChecks(
      configuration: configuration, environment: environment, scratch: made,
      workspaces: made.map(\.folder)
    ).all
    try made.get().remove()
    return Dictionary(checks.map { ($0.name, $0) }) { first, _ in first }
  }

  @Test("A state folder is free, not made yet, or a node's whose pid is told")
  func state() throws {
    #expect(try checks()["state folder"]?.what == "\(scratch.path), writable and free")
    let new = try checks(["STATE_DIR": "a/b"])["state folder"]
    #expect(new?.what == "\(scratch.path)/a/b, not made yet" && new?.state == .ok)
    let lock = try FileLock("orien.lock", in: Folder(at: scratch.path))
    let taken = try checks()["state folder"]
    #expect(taken?.what.hasSuffix("in use by a node (pid \(getpid()))") == true)
    withExtendedLifetime(lock) {}
    scratch.adopt("orien.lock")
  }

  @Test("An address that somebody listens at is bad, unless a node runs")
  func address() throws {
    let listener = try Listener(on: NetworkAddress(host: [127, 0, 0, 1], port: 0))
    let port = ["PORT": "\(listener.address.port)"]
    #expect(try checks(port)["address"]?.state == .bad)
    let lock = try FileLock("orien.lock", in: Folder(at: scratch.path))
    #expect(try checks(port)["address"]?.state == .ok)
    withExtendedLifetime(lock) {}
    scratch.adopt("orien.lock")
    #expect(try checks()["address"]?.state == .ok)
  }

  @Test("A disk that is full before the workspaces are says how much there is")
  func room() throws {
    let room = try checks(["WORKSPACES_BYTES": "1048576T"])["room for workspaces"]
    #expect(room?.state == .weak)
    #expect(room?.remedy?.hasPrefix("set WORKSPACES_BYTES=") == true)
    #expect(try checks(["WORKSPACES_BYTES": "1"])["room for workspaces"]?.state == .ok)
  }

  @Test("A folder of tools that is not there, and settings that a start refuses, are bad")
  func refused() throws {
    let checks = try checks(["TOOLS_DIR": "none", "HOST": "0.0.0.0"])
    #expect(checks["tools"]?.state == .bad)
    #expect(checks["plugins"]?.state == .bad)
    #expect(checks["settings"]?.state == .bad)
    #expect(checks["settings"]?.why?.contains("needs a key") == true)
  }

  @Test("What is looked at is left as it was")
  func untouched() throws {
    _ = scratch.makeFolder("tools")
    let tools = try checks(["TOOLS_DIR": "tools"])
    #expect(tools["plugins"]?.why == "a node without tools sells nothing")
    #expect(try Folder(at: scratch.path).names().map(\.text) == ["tools"])
  }

  @Test(
    "A folder that is missing would be made in the nearest that is there",
    arguments: [("/usr/none/a", "/usr"), ("/usr", "/usr"), ("/none-such/a", "/"), ("/", "/")])
  func nearest(_ path: String, _ nearest: String) {
    #expect(NodeChecks.nearest(path) == nearest)
  }
}
