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

  /// A call that asks for room to write, and what it has heard.
  private final class Asking {
    let lease: WorkspaceLease
    private(set) var heard: Result<Void, Failure>?
    var isWaiting: Bool { heard == nil }
    var hasRoom: Bool { if case .success = heard { true } else { false } }
    var refusal: String? { if case .failure(let failure) = heard { failure.reason } else { nil } }

    init(_ rig: ImageRig, in session: String, within patience: Duration = .seconds(60)) throws {
      lease = try rig.workspaces.lease(rig.open(session))
      lease.makeRoom(within: patience) { self.heard = $0 }
    }
  }

  @Test("No program begins that could fill it: it waits for its turn until another has ended")
  func promises() throws {
    // Two could fill it; one cannot.
    try onDisk(beside: 56 << 20) { rig in
      let first = try Asking(rig, in: "s")
      // In one workspace any number may.
      let beside = try Asking(rig, in: "s")
      #expect(first.hasRoom && beside.hasRoom)
      let second = try Asking(rig, in: "t")
      let third = try Asking(rig, in: "u")
      #expect(second.isWaiting && third.isWaiting)
      #expect(reason { try third.lease.claimRoom() } == "disk-crowded")
      let large = String(repeating: "x", count: 30 << 20)
      #expect(reason { try rig.put(large, to: "x", in: third.lease.workspace) } == "disk-full")
      first.lease.end()
      #expect(!rig.jail.wait(0.1) { !second.isWaiting })
      beside.lease.end()
      #expect(rig.jail.wait { second.hasRoom } && third.isWaiting)
      second.lease.end()
      #expect(rig.jail.wait { third.hasRoom })
      third.lease.end()
      try rig.put("x", to: "x", in: rig.open("t"))
    }
  }

  @Test("Who waits for it does not wait for ever, and may give up")
  func patience() throws {
    try onDisk(beside: 56 << 20) { rig in
      let first = try Asking(rig, in: "s")
      let hasty = try Asking(rig, in: "t", within: .milliseconds(50))
      let cancelled = try Asking(rig, in: "u")
      let last = try Asking(rig, in: "v")
      cancelled.lease.forgoRoom()
      #expect(cancelled.refusal == "cancelled")
      #expect(rig.jail.wait { !hasty.isWaiting } && hasty.refusal == "disk-crowded")
      // Who has it keeps it.
      first.lease.forgoRoom()
      #expect(first.hasRoom && last.isWaiting)
      first.lease.end()
      #expect(rig.jail.wait { last.hasRoom })
      for one in [hasty, cancelled, last] { one.lease.end() }
    }
  }

  @Test("A call that has not begun takes nothing of it")
  func queued() throws {
    try onDisk(beside: 56 << 20) { rig in
      let leases = try (0..<20).map { try rig.workspaces.lease(rig.open("s\($0)")) }
      let writer = try Asking(rig, in: "t")
      #expect(writer.hasRoom)
      for lease in leases + [writer.lease] { lease.end() }
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
      try lease.claimRoom()
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
