import Glibc
import OrienLedger
import OrienModel
import OrienSystem
import Testing

@testable import orien

@Suite("The keys of a node")
struct KeyTests {
  let scratch = Scratch()

  private var state: String { scratch.path }

  private func run(_ words: String..., variables: [String: String] = [:]) -> (Capture, ExitCode) {
    for name in ["keys.json", "keys.lock"] { scratch.adopt(name) }
    let capture = Capture()
    let environment = Environment(
      variables: variables, workingFolder: "/nowhere", executablePath: "/usr/bin/orien",
      userID: geteuid())
    return (capture, Main.run(words + ["--state", state], capture.console, environment))
  }

  @Test("A key is shown once and kept as a hash, in a file that nobody else reads")
  func made() throws {
    let (capture, code) = run("key", "new", "alice")
    #expect(code == .success)
    let secret = capture.output.dropLast()
    #expect(secret.utf8.count == 64)
    var status = stat()
    #expect(stat(state + "/keys.json", &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
    let text = try HostFile(at: state + "/keys.json").text(atMostBytes: 4096)
    #expect(!text.contains(secret))
    let keys = try KeyFile.read(in: state)
    #expect(keys.map(\.name) == ["alice"])
    #expect(keys.first?.role == .tenant)
    #expect(keys.first?.print == .init(of: secret.utf8))
    #expect(!run("key", "list", "--json").0.output.contains(keys[0].print.hex))
  }

  @Test("Several are valid at once, under names of their own, until they are revoked")
  func several() throws {
    #expect(run("key", "new", "alice").1 == .success)
    #expect(run("key", "new", "admin", "--role", "operator").1 == .success)
    #expect(run("key", "new", "alice").1 == ExitCode(75))
    #expect(try KeyFile.read(in: state).map(\.role) == [.tenant, .operator])
    #expect(run("key", "revoke", "alcie").1 == ExitCode(66))
    #expect(run("key", "revoke", "alice").1 == .success)
    #expect(try KeyFile.read(in: state).map(\.name) == ["admin"])
  }

  @Test(
    "A name is plain, and not that of PROVIDER_API_KEY",
    arguments: ["operator", "", "a b", "a/b", "..", "é", String(repeating: "x", count: 65)])
  func names(_ name: String) throws {
    #expect(run("key", "new", name).1 == ExitCode(64))
    #expect(try KeyFile.read(in: state).isEmpty)
  }

  @Test(
    "A file that is not as it was written is refused, and says where it is",
    arguments: [
      "", "[]", #"{"keys":{}}"#, #"{"keys":[],"more":1}"#, #"{"keys":[{"name":"a"}]}"#,
      #"{"keys":[{"name":"operator","role":"tenant","blake2b":"@","createdAt":"x"}]}"#,
      #"{"keys":[{"name":"a","role":"king","blake2b":"@","createdAt":"x"}]}"#,
      #"{"keys":[{"name":"a","role":"tenant","blake2b":"00","createdAt":"x"}]}"#,
      #"{"keys":[{"name":"a","role":"tenant","blake2b":"@","createdAt":"x"},"#
        + #"{"name":"a","role":"tenant","blake2b":"@","createdAt":"x"}]}"#,
    ])
  func damaged(_ text: String) {
    let digits = String(repeating: "0", count: 64)
    let path = scratch.write(
      "keys.json",
      text.split(separator: "@", omittingEmptySubsequences: false).joined(separator: digits))
    let failure = #expect(throws: Failure.self) { try KeyFile.read(in: state) }
    #expect(failure?.message.hasPrefix(path) == true)
  }

  @Test("A file that others may read is refused")
  func open() {
    _ = scratch.write("keys.json", #"{"keys":[]}"#, mode: 0o644)
    let failure = #expect(throws: Failure.self) { try KeyFile.read(in: state) }
    #expect(failure?.code == .denied)
  }

  @Test("With a key a node may listen beyond loopback; demo-key beside it is refused all the same")
  func beyond() throws {
    #expect(run("key", "new", "alice").1 == .success)
    func check(_ variables: [String: String]) throws {
      let environment = Environment(
        variables: variables.merging(["STATE_DIR": state, "HOST": "0.0.0.0"]) { $1 },
        workingFolder: "/nowhere", executablePath: "/usr/bin/orien", userID: geteuid())
      var configuration = try Configuration.load(environment: environment)
      try configuration.takeKeys()
      try configuration.check()
    }
    try check([:])
    #expect(throws: Failure.self) { try check(["PROVIDER_API_KEY": "demo-key"]) }
  }
}
