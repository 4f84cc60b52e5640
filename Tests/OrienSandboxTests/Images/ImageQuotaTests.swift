import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

/// A workspace that is an image ends where the image does: whoever writes hears so at once, whatever
/// anybody counts.
@Suite(
  "A workspace that is an image", .timeLimit(.minutes(5)),
  .enabled(if: canMountImages, "images cannot be mounted here"))
struct ImageQuotaTests {
  @Test("A program that writes on and on is told that there is no space, at the quota")
  func bytes() throws {
    let rig = try ImageRig()
    defer { rig.close() }
    let workspace = try rig.open("s")
    let said = try rig.sh("dd if=/dev/zero of=big bs=1M; wc -c < big", in: workspace)
    #expect(said.contains("No space left on device"))
    let size = try #require(UInt64(said.split(separator: "\n").first ?? ""))
    #expect(size <= ImageRig.usage.bytes && size > ImageRig.usage.bytes * 9 / 10)
    #expect(workspace.enforcement == .image)
  }

  @Test("It can make files up to the quota, and removes them to make others")
  func files() throws {
    let rig = try ImageRig()
    defer { rig.close() }
    let workspace = try rig.open("s")
    let many = "i=0; while : > f$i; do i=$((i+1)); done 2>/dev/null; echo $i"
    // A shell ends where it cannot make one: what counts is what is there.
    try rig.sh(many, in: workspace)
    let count = try rig.files(in: workspace).count
    #expect(count <= 500 && count > 450)
    try rig.sh("rm f*; : > one", in: workspace)
    #expect(try rig.files(in: workspace) == ["one"])
  }

  @Test("What its program fills and what is uploaded is one quota")
  func uploads() throws {
    let rig = try ImageRig()
    defer { rig.close() }
    let workspace = try rig.open("s")
    try rig.put("kept", to: "a/b", in: workspace)
    #expect(try rig.sh("cat a/b", in: workspace) == "kept")
    try rig.sh("dd if=/dev/zero of=big bs=1M", in: workspace)
    let more = String(repeating: "x", count: 1 << 20)
    #expect(reason { try rig.put(more, to: "c", in: workspace) } == "workspace-full")
    #expect(try rig.sh("rm big; cat a/b", in: workspace) == "kept")
  }

  @Test("What was removed in it goes back to the disk")
  func trims() throws {
    let rig = try ImageRig { $0.wastedBytes = 1 << 20 }
    defer { rig.close() }
    let workspace = try rig.open("s")
    try rig.sh("dd if=/dev/urandom of=big bs=1M count=16 conv=fsync; rm big", in: workspace)
    let file = try rig.file(of: "s")
    #expect(rig.jail.wait(20) { allocated(file) < 2 << 20 })
  }

  @Test("One that is removed leaves nothing of itself, and its name starts empty")
  func removes() throws {
    let rig = try ImageRig()
    defer { rig.close() }
    try rig.sh("dd if=/dev/urandom of=big bs=1M count=16", in: rig.open("s"))
    let file = try rig.file(of: "s")
    try rig.remove("s")
    #expect(!FileManager.default.fileExists(atPath: file))
    #expect(rig.jail.wait { rig.mounted.isEmpty })
    #expect(try rig.files(in: rig.open("s")) == [])
  }

  @Test("Two hundred sessions that come and go leave no device")
  func churns() throws {
    let rig = try ImageRig()
    for number in 0..<200 {
      try rig.put("x", to: "x", in: rig.open("s\(number)"))
      try rig.remove("s\(number)")
    }
    #expect(rig.jail.wait { rig.mounted.isEmpty })
    rig.waitForStock()
    let root = rig.root
    rig.close()
    #expect(isDetached(root))
  }

  @Test("All together hold what their files take of the disk")
  func total() throws {
    let rig = try ImageRig { $0.totalBytes = 40 << 20 }
    defer { rig.close() }
    try rig.sh("dd if=/dev/urandom of=big bs=1M", in: rig.open("s"))
    try rig.sh("dd if=/dev/urandom of=big bs=1M", in: rig.open("t"))
    #expect(reason { try rig.open("u") } == "workspaces-full")
    try rig.remove("s")
    _ = try rig.open("u")
  }

  @Test("Where images do not work workspaces are counted, and it is said why")
  func falls() throws {
    let rig = try ImageRig(as: .auto) { $0.usage.bytes = 1000 }
    defer { rig.close() }
    #expect(rig.workspaces.enforcement.means == .count)
    #expect(rig.workspaces.enforcement.whyNotMore?.contains("1 MiB") == true)
    #expect(try rig.open("s").enforcement == .count)
  }
}

/// What a file takes of the disk; 0 where there is none.
func allocated(_ path: String) -> Int64 {
  var status = stat()
  return stat(path, &status) == 0 ? Int64(status.st_blocks) * 512 : 0
}
