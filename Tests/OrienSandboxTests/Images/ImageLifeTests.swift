import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

/// What lies in an image outlives whoever has mounted it.
@Suite(
  "Images that outlive who mounts them", .timeLimit(.minutes(5)),
  .enabled(if: canMountImages, "images cannot be mounted here"))
struct ImageLifeTests {
  @Test("A node that starts again finds what lies in it, without mounting it before it is used")
  func restarts() throws {
    let rest = try ImageRig.past { try $0.put("kept", to: "x", in: $0.open("s")) }
    let second = try ImageRig(after: rest)
    defer { second.close() }
    #expect(second.mounted == [])
    let account = try #require(second.workspaces.sessions[second.key("s")]).account
    #expect(second.jail.wait { account.left < ImageRig.usage.bytes })
    #expect(try second.sh("cat x", in: second.open("s", creating: false)) == "kept")
    #expect(second.mounted.count == 1)
  }

  @Test("One that nobody uses is unmounted, and mounted again when it is used")
  func idles() throws {
    let rig = try ImageRig { $0.mounted = .zero }
    defer { rig.close() }
    try rig.put("kept", to: "x", in: rig.open("s"))
    #expect(rig.mounted.count == 1)
    rig.workspaces.sweep()
    #expect(rig.jail.wait { rig.mounted.isEmpty })
    #expect(try rig.sh("cat x", in: rig.open("s")) == "kept")
  }

  @Test("One that somebody still reads stays mounted until they have done")
  func lingers() throws {
    let rig = try ImageRig { $0.mounted = .zero }
    defer { rig.close() }
    var held: Workspace? = try rig.open("s")
    try rig.put("kept", to: "x", in: held!)
    rig.workspaces.sweep()
    // Another that is mounted after it shows that the first was seen to.
    _ = try rig.open("t")
    #expect(rig.mounted.count == 2)
    #expect(try rig.files(in: held!) == ["x"])
    held = nil
    #expect(rig.jail.wait { rig.mounted.count == 1 })
    #expect(try rig.files(in: rig.open("s")) == ["x"])
  }

  @Test("One that was cut off while it was written is repaired, and what was synced is there")
  func repairs() throws {
    var file = ""
    let rest = try ImageRig.past { rig in
      try rig.sh("printf kept | dd of=x conv=fsync; : > y; mkdir z", in: rig.open("s"))
      // As a machine leaves it that stops: the bytes of a file system that is mounted.
      file = try rig.file(of: "s")
      try FileManager.default.copyItem(atPath: file, toPath: rig.jail.state + "/torn")
    }
    try FileManager.default.removeItem(atPath: file)
    try FileManager.default.moveItem(atPath: rest.state + "/torn", toPath: file)

    let second = try ImageRig(after: rest)
    defer { second.close() }
    #expect(try second.sh("cat x", in: second.open("s", creating: false)) == "kept")
  }

  @Test("One that cannot be repaired is lost, says so, and goes when it is removed")
  func breaks() throws {
    var file = ""
    let rest = try ImageRig.past { rig in
      try rig.put("gone", to: "x", in: rig.open("s"))
      file = try rig.file(of: "s")
    }
    try Data(repeating: 7, count: 1 << 20).write(to: URL(filePath: file))

    let second = try ImageRig(after: rest)
    defer { second.close() }
    #expect(reason { try second.open("s", creating: false) } == "workspace-lost")
    try second.remove("s")
    #expect(try second.files(in: second.open("s")) == [])
  }

  @Test("A steward that is killed is replaced, and what it was asked is done")
  func replaces() throws {
    let rig = try ImageRig()
    defer { rig.close() }
    try rig.put("kept", to: "x", in: rig.open("s"))
    let steward = try #require(processes(named: "orien-steward", group: rig.jail.group).first)
    kill(steward, SIGKILL)
    #expect(try rig.sh("cat x", in: rig.open("s")) == "kept")
    #expect(try rig.sh("echo new", in: rig.open("t")) == "new\n")
    try rig.remove("s")
    #expect(rig.jail.wait { rig.mounted.count == 1 })
  }

  @Test("A keeper that is killed leaves what is mounted to the next one")
  func survivesKeeper() throws {
    let rig = try ImageRig()
    defer { rig.close() }
    let workspace = try rig.open("s")
    try rig.put("kept", to: "x", in: workspace)
    kill(try #require(rig.jail.launcher.pids.keeper), SIGKILL)
    #expect(rig.jail.wait { !rig.jail.launcher.isUp })
    #expect(rig.jail.wait { rig.jail.launcher.isUp })
    #expect(try rig.sh("cat x", in: workspace) == "kept")
    #expect(try rig.sh("echo new", in: rig.open("t")) == "new\n")
  }

  @Test("Sessions that are folders from before are counted on, beside new ones that are images")
  func foldersFromBefore() throws {
    let rest = try ImageRig.past(hasImages: false) { try $0.put("kept", to: "x", in: $0.open("s")) }
    let second = try ImageRig(after: rest)
    defer { second.close() }
    let old = try second.open("s", creating: false)
    #expect(old.enforcement == .count)
    #expect(try second.sh("cat x; echo more > y", in: old) == "kept")
    #expect(try second.files(in: old) == ["x", "y"])
    #expect(try second.open("t").enforcement == .image)
    try second.remove("s")
  }

  @Test("One that was made when the quota was more is counted to what it is now")
  func shrinks() throws {
    let rest = try ImageRig.past { try $0.put("kept", to: "x", in: $0.open("s")) }
    let second = try ImageRig(after: rest) { $0.usage.bytes = 16 << 20 }
    defer { second.close() }
    let old = try second.open("s", creating: false)
    #expect(old.enforcement == .count)
    #expect(old.bound(on: ImageRig.usage).bytes == 16 << 20)
    #expect(try second.open("t").enforcement == .image)
  }
}
