import Glibc
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

/// The disk under the workspaces is full, of bytes or of files. What does not fit leaves nothing,
/// and what is there goes on.
@Suite(
  "Workspaces on a full disk", .timeLimit(.minutes(2)),
  .enabled(if: geteuid() == 0, "only root can mount a small disk"))
struct FullDiskTests {
  private func onDisk(
    _ size: String, _ body: @escaping @Sendable (WorkspaceRig) throws -> Void
  ) throws {
    try withSmallDisk(size) { try body(try WorkspaceRig()) }
  }

  @Test("Bytes that the disk has no room for leave nothing, and free their place")
  func bytes() throws {
    try onDisk("size=256k") { rig in
      let workspace = try rig.open("s")
      try rig.put("kept", to: "kept", in: workspace)
      let text = String(repeating: "x", count: 300_000)
      #expect(reason { try rig.put(text, to: "a/b", in: workspace) } == "disk-full")
      #expect(try workspace.list().files.map(\.path) == ["kept"])
      #expect(workspace.account.used == DiskUsage(bytes: 4, files: 1))
      try rig.put(String(text.prefix(100_000)), to: "a/b", in: workspace)
      try rig.remove("s")
      #expect(try rig.folders() == [])
    }
  }

  @Test("Where no file can be made any more, no session begins, and one that ends makes room")
  func files() throws {
    try onDisk("size=4m,nr_inodes=12") { rig in
      let workspace = try rig.open("s")
      var count = 0
      while reason({ try rig.put("x", to: "f\(count)", in: workspace) }) == nil { count += 1 }
      #expect((1..<12).contains(count))
      #expect(reason { try rig.put("x", to: "one-more", in: workspace) } == "disk-full")
      #expect(reason { try rig.open("t") } == "disk-full")
      rig.wait { rig.store.sessions.count == 1 }
      #expect(try rig.folders().count == 1)
      try rig.remove("s")
      _ = try rig.open("t")
    }
  }
}
