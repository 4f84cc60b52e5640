import OrienKernel
import OrienModel
import OrienSandbox
import OrienSystem
import Testing

@testable import orien

@Suite("Settings of the jail")
struct JailSettingsTests {
  let scratch = Scratch()

  private func load(_ variables: [String: String]) throws(Failure) -> Configuration {
    try Configuration.load(
      environment: Environment(
        variables: variables, workingFolder: scratch.path, executablePath: "/usr/bin/orien",
        userID: Environment.current.userID))
  }

  @Test("Required limits are named as manifests name them, and an unknown one is an error")
  func required() throws {
    let limits = try load(["REQUIRE_LIMITS": "memory, cpu"]).policy.required
    #expect(limits == [.memory, .cpu])
    let failure = #expect(throws: Failure.self) { try load(["REQUIRE_LIMITS": "memory,ram"]) }
    #expect(failure?.message.contains("expected memory, cpu, cpuTime, processes") == true)
  }

  @Test(
    "Users are auto, a first one or a range that holds enough",
    arguments: [
      ("auto", nil), ("65536", 65536), ("70000-71023", 70000), ("70000-99999", 70000),
      ("2147482624", 2_147_482_624),
    ] as [(String, UInt32?)])
  func users(_ text: String, _ first: UInt32?) throws {
    #expect(try load(["JAIL_UIDS": text]).firstUser == first)
  }

  @Test(
    "Users that are too few, a person's or none at all are refused",
    arguments: ["1000", "70000-71022", "70000-", "-70000", "a", "2147482625", "70000-2147483648"])
  func wrongUsers(_ text: String) {
    let failure = #expect(throws: Failure.self) { try load(["JAIL_UIDS": text]) }
    #expect(failure?.message.contains("1024 users from 65536 on") == true)
  }

  @Test("A shared folder appears where it is, or where it is told to")
  func shared() throws {
    let folder = scratch.makeFolder("data")
    let configuration = try load(["SHARED": "/srv/a:/opt/a, \(folder):/opt/b"])
    #expect(
      configuration.shared == [
        .init(path: "/srv/a", place: "/opt/a"),
        .init(path: folder, place: "/opt/b"),
      ])
    var own = configuration
    own.shared.removeFirst()
    #expect(try own.sharedFolders() == [.init(path: folder, place: "/opt/b")])
  }

  @Test(
    "Paths that are not absolute, or lead elsewhere than they say, are refused",
    arguments: ["data", "/a/../b", "/a/./b", "/a//b", "/a/", "/", "/a:b", "/a:/b:/c", "/a:", ":/a"])
  func wrongPaths(_ text: String) {
    #expect(throws: Failure.self) { try load(["SHARED": text]) }
  }

  @Test(
    "What is not there, shows too much or would stand over something is refused at the start",
    arguments: [
      ("@none", "a folder that is there"), ("@file", "a folder that is there"),
      ("@data:/usr/lib/python3", "something of its own"), ("@data:/workspace", "of its own"),
      ("@data:/tmp/a", "of its own"), ("@data:/var", "of its own"), ("@data:/run/warm", "of its"),
      ("@data:/opt/a,@data:/opt/a/b", "would hide the other"), ("@:/opt/all", "own state"),
      ("@state/inner:/opt/s", "own state"), ("@link:/opt/s", "own state"),
      ("/proc:/opt/p", "all of the machine"), ("/sys:/opt/s", "all of the machine"),
    ])
  func refused(_ text: String, _ why: String) throws {
    _ = scratch.makeFolder("data")
    _ = scratch.makeFolder("state/inner", in: "state")
    _ = scratch.write("file", "")
    scratch.link("link", to: "state")
    let shared = text.split(separator: ",").map {
      $0.hasPrefix("@:")
        ? scratch.path + $0.dropFirst()
        : $0.replacing("@", with: scratch.path + "/", maxReplacements: 1)
    }.joined(separator: ",")
    let configuration = try load(["SHARED": shared, "STATE_DIR": "state"])
    let failure = #expect(throws: Failure.self) { try configuration.check() }
    #expect(failure?.reason == "configuration")
    #expect(failure?.message.contains(why) == true, "\(failure?.message ?? "")")
  }
}
