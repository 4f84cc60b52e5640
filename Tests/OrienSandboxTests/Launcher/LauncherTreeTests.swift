import Foundation
import OrienModel
import Testing

@testable import OrienSandbox

/// With control groups and without: a tree dies as a whole.
@Suite("Launcher: whole trees", .serialized)
struct LauncherTreeTests {
  /// An argument by which a test's processes are found.
  private let marker = "9\(UInt32.random(in: 100_000...999_999)).25"

  @Test("When the leader ends all that it left is killed at once", arguments: ["auto", "none"])
  func leftBehind(_ groups: String) throws {
    let rig = try JailRig(groups: groups)
    defer { rig.close() }
    for script in [
      "sleep \(marker) & exit 3",
      "setsid sleep \(marker) & exit 3",
      "(setsid sh -c 'sleep \(marker) & sleep \(marker)' &) ; sleep 0.05; exit 3",
      "trap '' HUP TERM INT; nohup sleep \(marker) >/dev/null 2>&1 & exit 3",
    ] {
      let run = try rig.sh(script)
      #expect(run.end?.exit == ProcessExit(code: 3, signal: nil, reason: .exited))
      #expect(run.end.map { $0.usage.wallMicroseconds < 5_000_000 } == true)
      #expect(processes(with: marker).isEmpty)
    }
  }

  @Test(
    "Who hides in a child of no signal, or reaps for himself, dies too",
    arguments: [
      "auto", "none",
    ])
  func hiders(_ groups: String) throws {
    let rig = try JailRig(groups: groups)
    defer { rig.close() }
    let script = """
      import ctypes, os, signal, sys
      libc = ctypes.CDLL(None, use_errno=True)
      libc.prctl(36, 1, 0, 0, 0)              # a subreaper of its own
      CLONE_PARENT, NO_SIGNAL = 0x8000, 0
      for flags in (CLONE_PARENT | NO_SIGNAL, NO_SIGNAL, CLONE_PARENT | signal.SIGUSR1):
        if libc.syscall(56, flags, 0, 0, 0, 0) == 0:
          os.setsid()
          os.execv("/bin/sleep", ["sleep", "\(marker)"])
      os.execv("/bin/sh", ["sh", "-c", "sleep 0.1; exit 3"])
      """
    let run = try rig.run(["python3", "-c", script])
    #expect(run.end?.exit.code == 3, "\(run.errorText)")
    #expect(processes(with: marker).isEmpty)
  }

  @Test("Nobody forks faster than the tree is killed", arguments: ["auto", "none"])
  func race(_ groups: String) throws {
    let rig = try JailRig(groups: groups)
    defer { rig.close() }
    // Twenty chains in which each process lives only until it has forked the next.
    let script = """
      import os
      for _ in range(20):
        if os.fork() == 0:
          while True:
            if os.fork(): os._exit(0)
      print("away", flush=True)
      MARKER = "\(marker)"
      """
    for _ in 0..<5 {
      let run = try rig.run(["python3", "-c", script])
      #expect(run.outputText == "away\n")
      #expect(run.end?.exit.code == 0)
      #expect(processes(with: marker).isEmpty)
    }
  }

  @Test("A storm of forks meets its limit, and dies when it is killed")
  func storm() throws {
    let rig = try JailRig()
    defer { rig.close() }
    try #require(rig.wait { rig.launcher.capabilities != nil })
    guard rig.launcher.capabilities?.enforcedBy["processes"] != Enforcement.none else { return }
    var limits = Limits()
    limits.processes = 40
    let run = try rig.start(
      [
        "python3", "-c",
        "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass\n#\(marker)",
      ],
      limits: limits)
    #expect(rig.wait { processes(with: marker).count >= 30 })
    #expect(processes(with: marker).count <= 40)
    run.process.kill(.wall)
    #expect(rig.wait { run.end != nil })
    #expect(run.end?.exit.reason == .wall)
    #expect(processes(with: marker).isEmpty)
  }

  @Test(
    "A stub that is killed or stopped takes its tree with it",
    arguments: [
      ("auto", SIGKILL), ("auto", SIGSTOP), ("none", SIGKILL), ("none", SIGSTOP),
    ])
  func stub(groups: String, signal: Int32) throws {
    let rig = try JailRig(groups: groups, scopes: "none", walls: "none")
    defer { rig.close() }
    // A neighbour that must not suffer.
    let other = try rig.start(["sleep", "8\(marker)"])
    #expect(rig.wait { processes(with: "8" + marker).count == 1 })
    let run = try rig.start([
      "sh", "-c", "setsid sleep \(marker) & kill -\(signal) $PPID; sleep 100",
    ])
    if signal == SIGSTOP {
      #expect(rig.wait { run.hasStarted })
      run.process.kill(.wall)
    }
    #expect(rig.wait { run.end != nil })
    #expect(processes(with: " \(marker)").isEmpty)
    #expect(run.end?.exit.reason == (signal == SIGSTOP ? .wall : .lost))
    #expect(run.end?.failure?.reason == (signal == SIGSTOP ? nil : "stub-lost"))
    #expect(processes(with: "8" + marker).count == 1)
    #expect(other.end == nil)
    other.process.kill(.cancelled)
    #expect(rig.wait { other.end != nil })
  }
}
