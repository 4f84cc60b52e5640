import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

@Suite("Launcher: its own death", .serialized)
struct LauncherLossTests {
  private let marker = "9\(UInt32.random(in: 100_000...999_999)).5"

  private func startSome(_ rig: JailRig) throws -> [JailRig.Run] {
    let runs = try (0..<3).map { _ in
      try rig.start(["sh", "-c", "trap '' TERM; setsid sleep \(marker) & wait"])
    }
    let areUp = rig.wait { processes(with: "sleep\0\(marker)").count == 3 }
    #expect(areUp, "\(processes(with: marker)) \(runs.map(\.ends))")
    return runs
  }

  private func expectLost(_ runs: [JailRig.Run]) {
    for run in runs {
      #expect(run.ends.count == 1)
      #expect(run.left.isEmpty)
      #expect(run.end?.failure?.reason == "launcher-lost")
      #expect(run.end?.exit.reason == .lost)
    }
    #expect(processes(with: marker).isEmpty)
  }

  @Test(
    "A launcher that is killed or hangs is replaced within two seconds",
    arguments: [("auto", false), ("auto", true), ("none", false), ("none", true)])
  func launcher(groups: String, hangs: Bool) throws {
    guard !hangs || Freezer.isThere else { return }
    let rig = try JailRig(groups: groups)
    defer { rig.close() }
    for _ in 0..<2 {
      let runs = try startSome(rig)
      let old = try #require(rig.launcher.pids.launcher)
      let clock = try FairClock()
      let freezer = hangs ? try Freezer([old]) : nil
      defer { freezer?.thaw() }
      if !hangs { kill(old, SIGKILL) }
      #expect(rig.wait { rig.launcher.pids.launcher.map { $0 != old } == true })
      #expect(try rig.sh("exit 9").end?.exit.code == 9)
      #expect(clock.stop() < .seconds(2))
      #expect(rig.wait { runs.allSatisfy { $0.end != nil } })
      expectLost(runs)
    }
  }

  @Test(
    "A keeper that is killed takes all with it, and another follows",
    arguments: [
      "auto", "none",
    ])
  func keeper(_ groups: String) throws {
    let rig = try JailRig(groups: groups)
    defer { rig.close() }
    let runs = try startSome(rig)
    let old = rig.launcher.pids
    kill(try #require(old.keeper), SIGKILL)
    #expect(rig.wait { runs.allSatisfy { $0.end != nil } })
    expectLost(runs)
    #expect(rig.wait { rig.launcher.pids.launcher.map { $0 != old.launcher } == true })
    #expect(try rig.sh("exit 9").end?.exit.code == 9)
  }

  @Test(
    "Parts of the jail that are stopped go on, and nothing is lost",
    arguments: ["auto", "none"],
    [["orien-keeper"], ["orien-launcher"], ["orien-stub"], ["orien-keeper", "orien-launcher"]])
  func stopped(_ groups: String, _ names: [String]) throws {
    let rig = try JailRig(groups: groups)
    defer { rig.close() }
    let runs = try startSome(rig)
    let clock = try FairClock()
    let parts = names.flatMap { processes(named: $0, group: rig.group) }
    #expect(!parts.isEmpty)
    for pid in parts { kill(pid, SIGSTOP) }
    #expect(rig.wait { !parts.contains(where: isStopped) })
    #expect(try rig.sh("exit 9").end?.exit.code == 9)
    for run in runs { run.process.kill(.cancelled) }
    #expect(rig.wait { runs.allSatisfy { $0.end != nil } })
    #expect(clock.stop() < .seconds(2))
    for run in runs {
      #expect(run.end?.failure == nil && run.end?.exit.reason == .cancelled)
    }
    #expect(processes(with: marker).isEmpty)
  }

  @Test("What was killed here and then lost ends for the reason it was killed for")
  func killedThenLost() throws {
    guard Freezer.isThere else { return }
    let rig = try JailRig()
    defer { rig.close() }
    let run = try startSome(rig)[0]
    let freezer = try Freezer([try #require(rig.launcher.pids.launcher)])
    defer { freezer.thaw() }
    run.process.kill(.wall)
    #expect(rig.wait { run.end != nil })
    #expect(run.end?.exit.reason == .wall)
    #expect(run.end?.failure == nil)
  }

  @Test(
    "Those that wait for a request may die, and the next are served",
    arguments: [
      "orien-stub", "orien-leader",
    ])
  func ready(_ name: String) throws {
    let rig = try JailRig()
    defer { rig.close() }
    // More at once than wait at first: from here on as many wait as for a crowd.
    let crowd = try (0..<10).map { _ in try rig.start(["sh", "-c", "exit 9"]) }
    #expect(rig.wait { crowd.allSatisfy { $0.end != nil } })
    #expect(crowd.allSatisfy { $0.end?.exit.code == 9 })
    for _ in 0..<3 {
      #expect(rig.wait { processes(named: name, group: rig.group).count >= 4 })
      for pid in processes(named: name, group: rig.group) { kill(pid, SIGKILL) }
      // Whoever was asked of one that was just dying hears so.
      let run = try rig.sh("exit 9")
      let failure = run.end?.failure
      #expect(
        run.end?.exit.code == 9 || failure?.code == .unavailable || failure?.reason == "stub-lost")
    }
    #expect(rig.wait { (try? rig.sh("exit 9").end?.exit.code) == 9 })
  }

  @Test("Who kills what holds it has used what it used; who was killed before that used nothing")
  func begun() throws {
    guard Freezer.isThere else { return }
    let rig = try JailRig(scopes: "none", walls: "none")
    defer { rig.close() }
    let quick = try rig.sh("kill -9 $PPID; read -r nothing")
    #expect(quick.end?.failure?.reason == "stub-lost" && quick.end?.failure?.code == .denied)
    #expect(quick.end.map { $0.usage.wallMicroseconds > 0 } == true)

    #expect(rig.wait { processes(named: "orien-leader", group: rig.group).count >= 2 })
    let freezer = try Freezer(processes(named: "orien-leader", group: rig.group))
    defer { freezer.thaw() }
    let never = try rig.start(["true"])
    #expect(rig.wait { never.hasStarted })
    for pid in processes(named: "orien-stub", group: rig.group) { kill(pid, SIGKILL) }
    #expect(rig.wait { never.end != nil })
    #expect(never.end?.failure?.reason == "never-began")
    #expect(never.end?.failure?.code == .unavailable)
  }

  @Test("What is asked for while no launcher is up waits for one")
  func waits() throws {
    let rig = try JailRig()
    defer { rig.close() }
    let runs = try (0..<5).map { try rig.start(["sh", "-c", "exit \($0)"]) }
    #expect(rig.launcher.pids.launcher == nil)
    #expect(rig.wait { runs.allSatisfy { $0.end != nil } })
    #expect(runs.map { $0.end?.exit.code } == [0, 1, 2, 3, 4])
  }

  @Test("Where no launcher ever comes a request fails as unavailable, and so does a start")
  func never() throws {
    let state = try JailRig.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: state) }
    let loop = try Loop()
    let launcher = try Launcher(
      loop: loop, program: "/bin/true", runLock: RunLock(in: Folder(at: state)),
      groupName: "orien-0123456789abcdef", log: Log(level: .error, format: .text, descriptor: -1))
    var end: JailEnd?
    let descriptors = JailDescriptors(
      input: try .input([]), output: try .input([]), errors: try .input([]),
      workspace: try Folder(at: state).descriptor())
    _ = launcher.start(
      JailRequest(["true"]), descriptors, onStart: { _ in },
      onEnd: {
        end = $0
        loop.stop()
      })
    var start: Result<Void, Failure>?
    launcher.whenClear(within: .milliseconds(100)) { start = $0 }
    let bound = loop.schedule(after: .seconds(10)) { loop.stop() }
    loop.run()
    bound.cancel()
    #expect(end?.failure?.code == .unavailable)
    #expect(throws: Failure.self) { try #require(start).get() }
    launcher.shutdown(within: .seconds(5)) { loop.stop() }
    loop.run()
  }

  @Test("A launcher that is not there cannot be started at all")
  func missing() throws {
    let state = try JailRig.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: state) }
    #expect(throws: Failure.self) {
      try Launcher(
        loop: Loop(), program: "/no/such/orien-jail", runLock: RunLock(in: Folder(at: state)),
        groupName: "orien-0123456789abcdef",
        log: Log(level: .error, format: .text, descriptor: -1))
    }
  }
}
