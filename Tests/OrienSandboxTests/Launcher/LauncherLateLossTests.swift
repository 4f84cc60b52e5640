import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

/// A launcher is lost, and what it carried is slow to go.
@Suite("Launcher: no loss is told while something of it is left", .serialized)
struct LauncherLateLossTests {
  private let marker = "9\(UInt32.random(in: 100_000...999_999)).125"

  private func makeRig(_ groups: String) throws -> JailRig {
    let rig = try JailRig(groups: groups)
    rig.marker = "sleep\0\(marker)"
    #expect(rig.wait { rig.launcher.isUp })
    return rig
  }

  private func startOne(_ rig: JailRig) throws -> JailRig.Run {
    let run = try rig.start(["sh", "-c", "setsid sleep \(marker) & wait"])
    #expect(rig.wait { run.hasStarted && processes(with: "sleep\0\(marker)").count == 1 })
    return run
  }

  /// By its number: a fork is called as its parent is for a moment.
  private func keeper(of rig: JailRig) throws -> Int32 { try #require(rig.launcher.pids.keeper) }

  private func launcher(of rig: JailRig) throws -> Int32 {
    try #require(rig.launcher.pids.launcher)
  }

  /// Whatever is known by now is told.
  private func turn(_ rig: JailRig) {
    var turns = 0
    #expect(
      rig.wait {
        turns += 1
        return turns > 3
      })
  }

  private func expectLoss(_ run: JailRig.Run, _ rig: JailRig) throws {
    #expect(rig.wait(20) { run.end != nil })
    #expect(run.end?.failure?.reason == "launcher-lost")
    #expect(run.left.isEmpty && processes(with: "sleep\0\(marker)").isEmpty)
    #expect(try rig.sh("exit 9").end?.exit.code == 9)
  }

  @Test(
    "Its stub was killed: the launcher would have told, had it not hung",
    .enabled(if: Freezer.isThere), arguments: ["auto", "none"])
  func stub(_ groups: String) throws {
    let rig = try makeRig(groups)
    defer { rig.close() }
    let run = try startOne(rig)
    let freezer = try Freezer([launcher(of: rig)])
    defer { freezer.thaw() }
    for pid in processes(named: "orien-stub", group: rig.group) { kill(pid, SIGKILL) }
    try expectLoss(run, rig)
  }

  @Test(
    "Its stub is killed by the keeper for being slow", .enabled(if: Freezer.isThere),
    arguments: ["auto", "none"])
  func slow(_ groups: String) throws {
    let rig = try makeRig(groups)
    defer { rig.close() }
    let run = try startOne(rig)
    let freezer = try Freezer(processes(named: "orien-stub", group: rig.group))
    defer { freezer.thaw() }
    kill(try launcher(of: rig), SIGKILL)
    try expectLoss(run, rig)
  }

  @Test(
    "The keeper hangs, and nobody hunts", .enabled(if: Freezer.isThere),
    arguments: ["auto", "none"])
  func keeper(_ groups: String) throws {
    let rig = try makeRig(groups)
    defer { rig.close() }
    let run = try startOne(rig)
    let freezer = try Freezer([keeper(of: rig)])
    defer { freezer.thaw() }
    kill(try launcher(of: rig), SIGKILL)
    for pid in processes(named: "orien-stub", group: rig.group) { kill(pid, SIGKILL) }
    #expect(rig.wait { !rig.launcher.isUp })
    turn(rig)
    #expect(run.end == nil)
    try freezer.release()
    try expectLoss(run, rig)
  }

  @Test(
    "It begins what it was asked for when it is already given up", .enabled(if: Freezer.isThere))
  func asked() throws {
    let rig = try makeRig("none")
    defer { rig.close() }
    let keeper = try Freezer([keeper(of: rig)])
    defer { keeper.thaw() }
    let launcher = try Freezer([launcher(of: rig)])
    defer { launcher.thaw() }
    let run = try rig.start(["sleep", marker])
    #expect(rig.wait { !rig.launcher.isUp })
    turn(rig)
    #expect(run.end == nil)
    try launcher.release()
    try keeper.release()
    try expectLoss(run, rig)
  }

  @Test(
    "The keeper is killed, and a stub is slow", .enabled(if: Freezer.isThere),
    arguments: ["auto", "none"])
  func orphan(_ groups: String) throws {
    let rig = try makeRig(groups)
    defer { rig.close() }
    let run = try startOne(rig)
    let old = rig.launcher.pids.launcher
    let freezer = try Freezer(processes(named: "orien-stub", group: rig.group))
    defer { freezer.thaw() }
    kill(try keeper(of: rig), SIGKILL)
    #expect(rig.wait { rig.launcher.pids.launcher.map { $0 != old } == true })
    #expect(try rig.sh("exit 9").end?.exit.code == 9)
    #expect(run.end == nil)
    try freezer.release()
    try expectLoss(run, rig)
  }

  @Test(
    "The keeper hangs, then is killed: the next one answers for it", .enabled(if: Freezer.isThere),
    arguments: ["auto", "none"])
  func inherited(_ groups: String) throws {
    let rig = try makeRig(groups)
    defer { rig.close() }
    let run = try startOne(rig)
    let freezer = try Freezer([keeper(of: rig)])
    defer { freezer.thaw() }
    kill(try launcher(of: rig), SIGKILL)
    #expect(rig.wait { !rig.launcher.isUp })
    turn(rig)
    #expect(run.end == nil)
    kill(try keeper(of: rig), SIGKILL)
    try expectLoss(run, rig)
  }
}
