import Glibc
import OrienModel
import OrienSystem
import Synchronization
import Testing

@testable import OrienSandbox

/// Images are holes for the most part: what they may still take of the disk beneath them has to be
/// there when it is written.
@Suite(
  "Images on a disk that is full", .timeLimit(.minutes(2)),
  .enabled(if: canMountImages, "images cannot be mounted here"))
struct ImageDiskTests {
  /// Bytes beside the reserve that the disk of `body` has.
  private func onDisk(
    beside bytes: UInt64, _ body: @escaping @Sendable (ImageRig) throws -> Void
  ) throws {
    try withSmallDisk("size=\(HostDisk.reserveBytes + bytes)") {
      let rig = try ImageRig()
      defer { rig.close() }
      try body(rig)
    }
  }

  @Test("No call begins that could fill it, and one that ends makes room for another")
  func promises() throws {
    // Two could fill it; one cannot.
    try onDisk(beside: 56 << 20) { rig in
      let one = try rig.open("s")
      let other = try rig.open("t")
      let lease = try rig.workspaces.lease(one)
      #expect(reason { try rig.workspaces.lease(other) } == "disk-full")
      // In one workspace any number may.
      let second = try rig.workspaces.lease(one)
      second.end()
      #expect(
        reason { try rig.put(String(repeating: "x", count: 30 << 20), to: "x", in: other) }
          == "disk-full")
      lease.end()
      try rig.workspaces.lease(other).end()
      try rig.put("x", to: "x", in: other)
    }
  }

  @Test("Where there is no room for one, none is begun, and it is said why")
  func tooSmall() throws {
    try withSmallDisk("size=\(HostDisk.reserveBytes)") {
      let rig = try ImageRig(as: .auto)
      defer { rig.close() }
      #expect(try rig.open("s").enforcement == .count)
      #expect(rig.workspaces.enforcement.whyNotMore?.contains("no room") == true)
      try rig.put("x", to: "x", in: rig.open("s"))
    }
  }

  @Test("When others have taken it, who runs is ended before a byte is lost, and nobody begins")
  func shortage() throws {
    try onDisk(beside: 56 << 20) { rig in
      let workspace = try rig.open("s")
      let lease = try rig.workspaces.lease(workspace)
      var excess: DiskExcess?
      lease.watch(upTo: ImageRig.usage) { excess = $0 }
      let thief = open(rig.jail.state + "/thief", O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
      #expect(posix_fallocate(thief, 0, 100 << 20) == 0)
      let run = try rig.jail.start(
        [
          "sh", "-c",
          "dd if=/dev/zero of=x bs=1M count=4 2>/dev/null; exec cat /dev/zero >/dev/null",
        ],
        in: workspace.folder)
      #expect(rig.jail.wait(30) { excess != nil })
      #expect(excess == .total)
      run.process.kill(.disk)
      #expect(rig.jail.wait { run.end != nil })
      lease.end()
      #expect(reason { try rig.workspaces.lease(workspace) } == "disk-full")
      #expect(reason { try rig.open("t") } == "disk-full")
      close(thief)
      unlink(rig.jail.state + "/thief")
      _ = try rig.open("t")
    }
  }
}
