import OrienModel
import Testing

@testable import OrienSandbox

/// Where there are no walls what holds a program runs as the same user: only Landlock keeps its
/// signals from that.
@Suite("Launcher: whom a program can signal", .serialized)
struct LauncherScopeTests {
  /// Tries everybody from its stub up to the node, then a child of its own.
  private static let script = """
    import os, signal, subprocess, sys
    def parent(pid):
      return int(open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[1])
    def may(pid, number):
      try: os.kill(pid, number)
      except PermissionError: return False
      return True
    pid, seen = os.getpid(), []
    for _ in range(4):
      pid = parent(pid)
      seen.append(may(pid, 0))
    child = subprocess.Popen(["sleep", "100"])
    child.kill()
    print(*seen, child.wait())
    """

  @Test("It signals its own children, and nobody else")
  func confined() throws {
    let rig = try JailRig(walls: "none")
    defer { rig.close() }
    try #require(rig.wait { rig.launcher.capabilities != nil })
    guard rig.launcher.capabilities?.confinesSignals == true else { return }
    let run = try rig.run(["python3", "-c", Self.script])
    #expect(run.outputText == "False False False False -9\n", "\(run.errorText)")
    #expect(try rig.sh("kill -9 $PPID; exit 3").end?.exit.code == 3)
  }

  @Test("Where the kernel cannot confine it, it is said so, and everybody is in reach")
  func open() throws {
    let rig = try JailRig(scopes: "none", walls: "none")
    defer { rig.close() }
    let run = try rig.run(["python3", "-c", Self.script])
    #expect(run.outputText == "True True True True -9\n", "\(run.errorText)")
    #expect(rig.launcher.capabilities?.confinesSignals == false)
  }
}
