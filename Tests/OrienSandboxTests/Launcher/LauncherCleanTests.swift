import Foundation
import OrienModel
import Testing

@testable import OrienSandbox

@Suite("Launcher: what a process is given", .serialized)
struct LauncherCleanTests {
  @Test("Its environment is the list, and nothing of the node's", arguments: ["auto", "none"])
  func environment(_ walls: String) throws {
    setenv("ORIEN_TEST_SECRET", "leaked", 1)
    defer { unsetenv("ORIEN_TEST_SECRET") }
    let rig = try JailRig(walls: walls)
    defer { rig.close() }
    let run = try rig.run(
      ["/usr/bin/env"], environment: ["A=1", "LANG=x", "A=2", "EMPTY=", "B=c=d"])
    #expect(
      run.outputText.split(separator: "\n").sorted() == [
        "A=2", "B=c=d", "EMPTY=", "HOME=\(rig.home)", "LANG=x", "LC_ALL=C.UTF-8",
        "PATH=/usr/bin:/bin", "TMPDIR=\(rig.scratch)",
      ])
    for pid in [rig.launcher.pids.keeper, rig.launcher.pids.launcher] {
      #expect(text(of: "/proc/\(try #require(pid))/environ") == "")
    }
  }

  @Test("It has descriptors 0 to 2 and stands in its workspace", arguments: ["auto", "none"])
  func descriptors(_ walls: String) throws {
    let leak = open("/etc/passwd", O_RDONLY)
    defer { close(leak) }
    let rig = try JailRig(walls: walls)
    defer { rig.close() }
    let run = try rig.sh("ls /proc/$$/fd; pwd; cat; umask")
    #expect(run.outputText == "0\n1\n2\n\(rig.home)\n0077\n")
  }

  @Test(
    "Signals are default and unblocked, there is no terminal and no privilege to gain",
    arguments: ["auto", "none"])
  func signals(_ walls: String) throws {
    signal(SIGPIPE, SIG_IGN)
    let rig = try JailRig(walls: walls)
    defer { rig.close() }
    let run = try rig.run([
      "python3", "-c",
      """
      import os
      for line in open("/proc/self/status"):
        if line.split(":")[0] in ("SigBlk", "NoNewPrivs", "ShdPnd", "SigPnd"): print(line.strip())
      fields = open("/proc/self/stat").read().rsplit(")", 1)[1].split()
      print(os.getsid(0) == os.getpid() == os.getpgid(0), fields[4], os.getpriority(0, 0))
      print(open("/proc/self/oom_score_adj").read().strip(), open("/proc/self/limits").read().split("Max core file size")[1].split()[0])
      """,
    ])
    #expect(
      run.outputText == """
        SigPnd:\t0000000000000000
        ShdPnd:\t0000000000000000
        SigBlk:\t0000000000000000
        NoNewPrivs:\t1
        True 0 0
        500 1

        """, "\(run.errorText)")
    // A program that ignores nothing by itself.
    let ignored = try rig.sh("grep SigIgn /proc/self/status").outputText
    #expect(ignored == "SigIgn:\t0000000000000000\n")
  }

  /// In a process of its own: other tests open descriptors meanwhile.
  @Test("No descriptor and no group is left over from 500 runs, here or there")
  func leaks() async {
    await #expect(processExitsWith: .success) { try Self.runMany() }
  }

  private static func runMany() throws {
    let rig = try JailRig()
    defer { rig.close() }
    func count() -> [Int?] {
      [getpid(), rig.launcher.pids.keeper, rig.launcher.pids.launcher].map { pid in
        pid.flatMap { try? FileManager.default.contentsOfDirectory(atPath: "/proc/\($0)/fd").count }
      }
    }
    // More at once than there will be: what a slot needs for good they all have then.
    let first = try (0..<40).map { _ in try rig.start(["true"]) }
    try #require(rig.wait(30) { first.allSatisfy { $0.end != nil } })
    // What a crowd has left goes, and those that wait for a request are made anew: they count when
    // they are as many as ever.
    #expect(rig.wait { processes(named: "orien-stub", group: rig.group).count == 8 })
    let before = count()
    for _ in 0..<50 {
      let runs = try (0..<10).map { _ in try rig.start(["true"]) }
      try #require(rig.wait(30) { runs.allSatisfy { $0.end != nil } })
    }
    for _ in 0..<20 { _ = try rig.run(["no-such-program"]) }
    // The launcher tells of an end before it lets go of what it held.
    #expect(rig.wait { zip(count(), before).allSatisfy { $0 ?? .max <= $1 ?? 0 } })
    // Used groups go: in those that are left somebody waits for his first request.
    let parent = "\(unifiedTree)/\(rig.group)"
    #expect(
      rig.wait {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        return names.filter { $0.hasPrefix("e") }.count <= 8
      })
  }
}
