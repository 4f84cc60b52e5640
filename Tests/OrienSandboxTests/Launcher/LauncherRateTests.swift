import Foundation
import OrienModel
import Testing

@testable import OrienSandbox

@Suite("Launcher: the disk's rate, and memory over time", .serialized)
struct LauncherRateTests {
  private static let mebibyte: UInt64 = 1 << 20

  private func isLimited(_ rig: JailRig) -> Bool {
    _ = rig.wait { rig.launcher.capabilities != nil }
    return rig.launcher.capabilities?.enforcedBy["ioBytesPerSecond"] != Enforcement.none
  }

  private func hasDiskGroup(_ rig: JailRig) -> Bool {
    rig.groupFolders.filter { $0.contains("/blkio/") }.contains { folder in
      (try? FileManager.default.contentsOfDirectory(atPath: folder))?.contains {
        $0.hasPrefix("e") && $0.dropFirst().allSatisfy(\.isNumber)
      } == true
    }
  }

  @Test(
    "What is asked of the disk takes as long as the limit says",
    arguments: [
      ["if=/dev/zero", "of=new", "oflag=direct"], ["if=/dev/zero", "of=new", "conv=fsync"],
      ["if=big", "of=/dev/null", "iflag=direct"],
    ])
  func rate(_ words: [String]) throws {
    let rig = try JailRig()
    defer { rig.close() }
    guard isLimited(rig) else { return }
    let written = try rig.run(["dd", "if=/dev/zero", "of=big", "bs=256k", "count=8"])
    #expect(written.end?.exit.code == 0)
    var limits = Limits()
    limits.ioBytesPerSecond = 2 * Self.mebibyte
    let run = try rig.run(["dd"] + words + ["bs=256k", "count=8"], limits: limits)
    let end = try #require(run.end)
    #expect(end.exit.code == 0, "\(run.errorText)")
    // Some of it may be had in advance.
    #expect(end.usage.wallMicroseconds >= 600_000)
  }

  @Test("A group of the disk's is there for who asked for the limit, and for nobody else")
  func groups() throws {
    let rig = try JailRig()
    defer { rig.close() }
    guard isLimited(rig) else { return }
    let asking = "echo $$; read nothing < /dev/zero"
    let plain = try rig.start(["sh", "-c", asking])
    try #require(rig.wait { plain.hasStarted })
    #expect(!hasDiskGroup(rig))
    var limits = Limits()
    limits.ioBytesPerSecond = Self.mebibyte
    let limited = try rig.start(["sh", "-c", asking], limits: limits)
    let isOfVersion1 =
      rig.launcher.capabilities?.enforcedBy["ioBytesPerSecond"] == .cgroup1
    if isOfVersion1 { #expect(rig.wait { hasDiskGroup(rig) }) }
    for run in [plain, limited] { run.process.kill(.cancelled) }
    #expect(rig.wait { plain.end != nil && limited.end != nil })
    #expect(rig.wait { !hasDiskGroup(rig) })
  }

  @Test("Memory is summed up for as long as it was held, and no longer")
  func memory() throws {
    let rig = try JailRig()
    defer { rig.close() }
    try #require(rig.wait { rig.launcher.capabilities != nil })
    let by = rig.launcher.capabilities?.enforcedBy["memoryBytes"]
    guard by == .cgroup1 || by == .cgroup2 else { return }
    // A block that is mapped by itself and given back at once.
    let script = """
      import mmap, sys, time
      block = mmap.mmap(-1, 100 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
      for at in range(0, 100 << 20, 4096): block[at] = 1
      time.sleep(float(sys.argv[1]))
      block.close()
      time.sleep(float(sys.argv[2]))
      """
    let held = try #require(try rig.run(["python3", "-c", script, "2", "0"]).end).usage
    let dropped = try #require(try rig.run(["python3", "-c", script, "0.3", "2"]).end).usage
    for usage in [held, dropped] { #expect(usage.memoryByteSeconds <= most(usage)) }
    #expect(held.memoryByteSeconds >= 2 * 100 * Self.mebibyte * 9 / 10)
    #expect(dropped.memoryByteSeconds >= 3 * 10 * Self.mebibyte * 6 / 10)
    #expect(dropped.memoryByteSeconds < most(dropped) / 2)
  }

  @Test("Who ends before anybody looks has held his peak all along")
  func short() throws {
    let rig = try JailRig()
    defer { rig.close() }
    let shortest = try (0..<8).compactMap { _ in try rig.sh("exit 0").end?.usage }
      .min { $0.wallMicroseconds < $1.wallMicroseconds }
    let usage = try #require(shortest)
    #expect(usage.memoryByteSeconds > 0 && usage.memoryByteSeconds <= most(usage))
  }

  /// What a price counts.
  private func most(_ usage: Usage) -> UInt64 {
    usage.memoryPeakBytes * usage.wallMicroseconds / 1_000_000
  }
}
