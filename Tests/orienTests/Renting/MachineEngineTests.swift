import OrienModel
import OrienSystem
import Testing

@testable import orien

@Suite("By what machines are rented out here")
struct MachineEngineTests {
  let scratch = Scratch()

  /// `installed` are backends in tools.d, each with its program where that is `present`, but for one.
  private func chosen(
    _ installed: [String], present: Bool = true, but missing: String = "",
    _ variables: [String: String] = [:],
    as name: String = "orien"
  ) throws -> MachineEngine? {
    let program = scratch.write("program", "", mode: 0o755)
    for library in ["multipass-vm", "qemu-vm"] {
      scratch.remove("tools/\(library).so")
      scratch.remove("tools/\(library).json")
    }
    for library in installed {
      _ = scratch.write("tools/\(library).so", "")
      let place = present && library != missing ? program : "/nowhere/at-all"
      _ = scratch.write("tools/\(library).json", "{\"config\":{\"binary\":\"\(place)\"}}")
    }
    return MachineEngine.chosen(
      try Configuration.load(
        environment: Environment(
          variables: variables.merging(["TOOLS_DIR": scratch.path + "/tools"]) { $1 },
          workingFolder: "/nowhere", executablePath: "/usr/bin/orien", userID: 1000,
          programName: name)))
  }

  @Test("The one whose program is there; of several none, until the operator names one")
  func choice() throws {
    _ = scratch.makeFolder("tools")
    #expect(try chosen([]) == nil)
    #expect(try chosen(["multipass-vm"])?.title == "Multipass")
    #expect(try chosen(["qemu-vm"])?.title == "QEMU")
    let both = ["multipass-vm", "qemu-vm"]
    #expect(try chosen(both) == nil)
    #expect(try chosen(both, but: "multipass-vm")?.title == "QEMU")
    #expect(try chosen(both, but: "qemu-vm")?.title == "Multipass")
    #expect(try chosen(both, as: "golem-provider") == nil)
    let named = ["BACKENDS": "vm/1:orien.qemu-vm"]
    #expect(try chosen(both, named)?.title == "QEMU")
    #expect(
      try chosen([], ["BACKENDS": "vm/1:com.example.vm"])?.title == "com.example.vm")
  }

  @Test("Where QEMU is its plugin's manifest says")
  func granted() throws {
    _ = scratch.makeFolder("tools")
    let qemu = try #require(MachineEngine.all.last)
    let configuration = try Configuration.load(
      environment: Environment(variables: ["TOOLS_DIR": scratch.path + "/tools"]))
    let program = scratch.write("program", "", mode: 0o755)
    let name = try #require(qemu.program)
    for (place, expected) in [(program, program), ("/nowhere/at-all", nil)] {
      _ = scratch.write(
        "tools/qemu-vm.json",
        #"{"grants":{"programs":[{"program":"id","path":"/usr/bin/id"},"#
          + #"{"program":"\#(name)","path":"\#(place)"}]}}"#)
      #expect(qemu.place(configuration) == expected)
    }
  }

  @Test("One whose program is missing counts where it is named, or of a provider of machines")
  func missing() throws {
    _ = scratch.makeFolder("tools")
    #expect(try chosen(["multipass-vm"], present: false) == nil)
    #expect(
      try chosen(["multipass-vm"], present: false, ["BACKENDS": "vm/1:orien.multipass-vm"]) != nil)
    let provider = try chosen(["multipass-vm"], present: false, as: "golem-provider")
    #expect(provider?.title == "Multipass")
  }
}

@Suite("The node that runs on a state folder")
struct RunningNodeTests {
  let scratch = Scratch()

  @Test("It is whoever has the lock; what a file names is nobody")
  func lock() throws {
    #expect(try RunningNode(on: scratch.path + "/none") == nil)
    _ = scratch.write("orien.lock", "1\n")
    #expect(try RunningNode(on: scratch.path) == nil)
    let lock = try FileLock("orien.lock", in: Folder(at: scratch.path))
    #expect(try RunningNode(on: scratch.path)?.process.pid == Program.id)
    withExtendedLifetime(lock) {}
  }

  @Test("The number that scripts read is taken away only where it is still that node's")
  func file() throws {
    let place = try #require(
      PIDFile(Environment(variables: ["XDG_STATE_HOME": scratch.path])))
    try place.write(7)
    try place.remove(of: 8)
    let path = scratch.path + "/golem-provider/provider.pid"
    #expect(try HostFile(at: path).text(atMostBytes: 10) == "7\n")
    try place.remove(of: 7)
    #expect(HostFile.kind(at: path) == nil)
    scratch.adoptFolder("golem-provider")
    #expect(PIDFile(Environment(variables: [:])) == nil)
  }
}
