import Glibc
import OrienModel
import OrienSystem
import Synchronization
import Testing

@testable import OrienSandbox

/// The disk under the workspaces is full, of bytes or of files. What does not fit leaves nothing,
/// and what is there goes on.
@Suite(
  "Workspaces on a full disk", .timeLimit(.minutes(2)),
  .enabled(if: geteuid() == 0, "only root can mount a small disk"))
struct FullDiskTests {
  /// Runs `body` with a root on a disk of its own, in a mount table that nobody else sees: threads
  /// that the rig starts are in it too.
  private func onDisk(
    _ size: String, _ body: @escaping @Sendable (WorkspaceRig) throws -> Void
  ) throws {
    let failure = Mutex<String?>("the disk could not be mounted")
    Thread("disk") {
      guard unshare(0x20000 /* CLONE_NEWNS */) == 0,
        mount("none", "/", nil, 0x44000 /* MS_REC | MS_PRIVATE */, nil) == 0,
        mount("none", "/tmp", "tmpfs", 0, "mode=1777,\(size)") == 0
      else { return }
      do {
        try body(try WorkspaceRig())
        failure.withLock { $0 = nil }
      } catch {
        failure.withLock { $0 = "\(error)" }
      }
    }.join()
    #expect(failure.withLock { $0 } == nil)
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

  private static func symbol<Function>(_ name: String, _: Function.Type) -> Function {
    unsafeBitCast(dlsym(nil, name), to: Function.self)
  }
  private var unshare: @convention(c) (Int32) -> Int32 {
    Self.symbol("unshare", (@convention(c) (Int32) -> Int32).self)
  }
  private typealias Mount =
    @convention(c) (
      UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafePointer<CChar>?, UInt,
      UnsafePointer<CChar>?
    ) -> Int32
  private var mount: Mount { Self.symbol("mount", Mount.self) }
}
