import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

/// The node dies by SIGKILL, here a process of the tests: nobody tells the jail.
@Suite("Launcher: the node's death", .serialized)
struct NodeDeathTests {
  private static let marker = "9\(UInt32.random(in: 100_000...999_999)).75"

  @Test(
    "Nothing is left, and the lock says so at once, whoever had been stopped",
    arguments: ["auto", "none"],
    ["", "orien-keeper", "orien-launcher", "orien-keeper orien-launcher orien-stub orien-janitor"])
  func killed(_ groups: String, _ stopped: String) async throws {
    let state = try JailRig.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: state) }
    let (marker, group) = (Self.marker, "orien-" + String(format: "%016lx", getpid()))
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [
        state = state as String, marker = marker as String, group = group as String,
        groups = groups as String, stopped = stopped as String
      ] in
      let rig = try JailRig(groups: groups, state: state, group: group)
      let script = "trap '' TERM HUP; (setsid sleep \(marker) &); sleep \(marker)"
      for _ in 0..<10 { _ = try rig.start(["sh", "-c", script]) }
      precondition(rig.wait { processes(with: "sleep\0" + marker).count == 20 })
      for name in stopped.split(separator: " ") {
        for pid in processes(named: String(name), group: group) { kill(pid, SIGSTOP) }
      }
      kill(getpid(), SIGKILL)
    }
    let began = Instant.now
    _ = try RunLock(in: Folder(at: state), patience: .seconds(10))
    #expect(Instant.now.since(began) < .seconds(3))
    #expect(processes(with: marker).isEmpty)
    #expect(processes(with: group).isEmpty)
    #expect(foldersOfGroups(named: group).isEmpty)
  }

  @Test("The lock is not to be had while a process of the jail lives, and says who to look for")
  func held() throws {
    let rig = try JailRig()
    defer { rig.close() }
    #expect(rig.wait { rig.launcher.pids.launcher != nil })
    let failure = #expect(throws: Failure.self) {
      try RunLock(in: Folder(at: rig.state), patience: .milliseconds(20))
    }
    #expect(failure?.code == .unavailable)
    #expect(failure?.message.contains("run.lock") == true)
  }

  @Test("Groups and processes that all parts of an earlier jail left are gone before the next runs")
  func leftovers() throws {
    guard access(unifiedTree, W_OK) == 0 else { return }
    let group = "orien-" + String(format: "%016lx", UInt64.random(in: 0 ... .max))
    let folder = "\(unifiedTree)/\(group)/e12345"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // One where it was put, and one that has moved out of it.
    let left = try ["\(folder)", "\(unifiedTree)/\(group)"].map { place in
      let left = Process()
      left.executableURL = URL(filePath: "/bin/sh")
      left.arguments = ["-c", "echo 0 >\(place)/cgroup.procs; exec sleep 1000"]
      try left.run()
      return left
    }
    while text(of: folder + "/cgroup.procs") == "" { sched_yield() }
    while text(of: "\(unifiedTree)/\(group)/cgroup.procs") == "" { sched_yield() }
    let rig = try JailRig(group: group)
    defer { rig.close() }
    #expect(try rig.sh("exit 4").end?.exit.code == 4)
    #expect(access(folder, F_OK) != 0)
    for process in left {
      process.waitUntilExit()
      #expect(process.terminationReason == .uncaughtSignal)
    }
  }
}
