import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

/// A stub serves one program after the other where it can, and a slot's groups serve again.
@Suite("Launcher: one program after another", .serialized)
struct LauncherAgainTests {
  /// More than wait at once, so that some come where others were.
  private static let runs = 24

  @Test("Nothing tells it of those before in the same jail", arguments: ["auto", "user"])
  func nothing(_ walls: String) throws {
    let rig = try JailRig(walls: walls)
    defer { rig.close() }
    let script = """
      echo $$ $(ls -A /tmp /dev/shm) $(ls -d /proc/[1-9]*) $(ls -A /workspace)
      mkdir /tmp/left /dev/shm/left
      for i in $(seq 30); do true & done
      setsid sleep 1000 &
      """
    let first = try rig.sh(script)
    #expect(first.outputText.hasPrefix("2 "))
    #expect(!first.outputText.contains("left"))
    for _ in 0..<Self.runs {
      let next = try rig.sh(script)
      #expect(next.outputText == first.outputText)
      #expect(next.end?.exit == ProcessExit(code: 0, signal: nil, reason: .exited))
    }
  }

  @Test("Where a group counts time who has served waits for the next")
  func again() throws {
    let rig = try JailRig()
    defer { rig.close() }
    let marker = "until-\(UInt64.random(in: 0 ... .max))"
    let run = try rig.start(["sh", "-c", "until [ -e go ]; do sleep 0.01; done", marker])
    try #require(rig.wait { run.hasStarted })
    guard rig.launcher.capabilities?.metersByGroup == true else {
      return run.process.kill(.cancelled)
    }
    var stub: Int32?
    try #require(
      rig.wait {
        stub = processes(with: marker).first.flatMap(parent)
        return stub != nil
      })
    try Folder(at: rig.state).file("go", for: .create).writeAll([])
    try #require(rig.wait { run.end != nil })
    #expect(
      rig.wait {
        processes(named: "orien-leader", group: rig.group).contains { parent(of: $0) == stub }
      }, "the stub is gone, or has no leader")
  }

  @Test(
    "Neither limits of those before hold it, nor is it told of what they ran into",
    arguments: ["auto", "none"])
  func limits(_ groups: String) throws {
    let rig = try JailRig(groups: groups)
    defer { rig.close() }
    var few = Limits()
    few.processes = 4
    few.cpuPercent = 50
    let crowd = "for i in 1 2 3 4 5 6 7 8; do sleep 1000 & done; exit 7"
    func ends(_ limits: Limits) throws -> ProcessExit? {
      try rig.sh(crowd, limits: limits).end?.exit
    }
    for _ in 0..<Self.runs {
      let first = try ends(few)
      let isTold = groups != "none" && rig.launcher.capabilities?.enforcedBy["processes"] != .rlimit
      #expect(first?.code == 2 && first?.reason == (isTold ? .limit : .exited))
      #expect(try ends(Limits()) == ProcessExit(code: 7, signal: nil, reason: .exited))
    }
  }

  @Test("One that was killed is followed by others as any")
  func killed() throws {
    let rig = try JailRig()
    defer { rig.close() }
    for _ in 0..<Self.runs {
      let killed = try rig.start(["sleep", "1000"])
      try #require(rig.wait { killed.hasStarted })
      killed.process.kill(.cancelled)
      try #require(rig.wait { killed.end != nil })
      #expect(killed.end?.exit.reason == .cancelled)
      #expect(try rig.sh("exit 3").end?.exit == ProcessExit(code: 3, signal: nil, reason: .exited))
    }
  }
}
