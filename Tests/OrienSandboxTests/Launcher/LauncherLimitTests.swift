import Glibc
import OrienModel
import Testing

@testable import OrienSandbox

@Suite("Launcher: limits and meters", .serialized)
struct LauncherLimitTests {
  private func limits(_ set: (inout Limits) -> Void) -> Limits {
    var limits = Limits()
    set(&limits)
    return limits
  }

  @Test("Memory beyond the limit ends the process for that reason")
  func memory() throws {
    let rig = try JailRig()
    defer { rig.close() }
    let limits = limits { $0.memoryBytes = 100 << 20 }
    let run = try rig.run(["python3", "-c", "x = b'x' * (300 << 20)"], limits: limits)
    #expect(run.end?.exit.reason == .memory)
    let within = try rig.run(["python3", "-c", "x = b'x' * (50 << 20)"], limits: limits)
    #expect(within.end?.exit == ProcessExit(code: 0, signal: nil, reason: .exited))
    #expect(within.end.map { $0.usage.memoryPeakBytes >= 50 << 20 } == true)
  }

  @Test("A child killed for memory counts where its parent then fails")
  func childMemory() throws {
    let rig = try JailRig()
    defer { rig.close() }
    let limits = limits { $0.memoryBytes = 60 << 20 }
    let bomb = "python3 -c \"x = b'x' * (300 << 20)\""
    #expect(try rig.run(["sh", "-c", bomb], limits: limits).end?.exit.reason == .memory)
    let run = try rig.run(["sh", "-c", "\(bomb); exit 0"], limits: limits)
    #expect(run.end?.exit.reason == .exited)
  }

  @Test("Without groups each process has its memory limited")
  func memoryWithoutGroups() throws {
    let rig = try JailRig(groups: "none")
    defer { rig.close() }
    let limits = limits { $0.memoryBytes = 100 << 20 }
    let run = try rig.run(["python3", "-c", "x = b'x' * (300 << 20)"], limits: limits)
    #expect(run.end?.exit.code == 1)
    #expect(run.errorText.contains("MemoryError"))
  }

  @Test(
    "Processor time beyond the limit ends the tree",
    arguments: [
      ("auto", 300 as UInt64), ("none", 1000),
    ])
  func cpuTime(groups: String, milliseconds: UInt64) throws {
    let rig = try JailRig(groups: groups)
    defer { rig.close() }
    let limits = limits { $0.cpuMilliseconds = milliseconds }
    let run = try rig.run(["python3", "-c", "while True: pass"], limits: limits)
    #expect(run.end?.exit.reason == .cpu)
    let used = try #require(run.end).usage.cpuMicroseconds
    // An rlimit goes by the ticks that the process was seen running at, and kills a second later whom
    // its first signal did not.
    #expect(used >= (groups == "none" ? milliseconds * 500 : milliseconds * 1000))
    #expect(used < (groups == "none" ? milliseconds + 1000 : milliseconds) * 1000 + 500_000)
  }

  @Test("A file grows to its limit and no further")
  func fileSize() throws {
    let rig = try JailRig()
    defer { rig.close() }
    let limits = limits { $0.fileBytes = 1 << 20 }
    let run = try rig.run(
      ["dd", "if=/dev/zero", "of=big", "bs=64k", "count=64"], limits: limits)
    #expect(run.end?.exit == ProcessExit(code: nil, signal: 25, reason: .disk))
    #expect(text(of: rig.state + "/big")?.utf8.count == 1 << 20)
  }

  @Test("Open files are limited")
  func openFiles() throws {
    let rig = try JailRig()
    defer { rig.close() }
    let run = try rig.run(
      ["sh", "-c", "ulimit -Sn; ulimit -Hn"], limits: limits { $0.openFiles = 33 })
    #expect(run.outputText == "33\n33\n")
  }

  @Test("Half a core is half a core, whatever the threads")
  func cpuQuota() throws {
    let rig = try JailRig()
    defer { rig.close() }
    try #require(rig.wait { rig.launcher.capabilities != nil })
    guard rig.launcher.capabilities?.enforcedBy["cpuPercent"] != Enforcement.none else { return }
    let limits = limits { $0.cpuPercent = 50 }
    let burn = "timeout 1 sh -c 'while :; do :; done'"
    let run = try rig.run(["sh", "-c", "\(burn) & \(burn) & wait"], limits: limits)
    let usage = try #require(run.end).usage
    // One period may be had in advance.
    #expect(usage.cpuMicroseconds <= usage.wallMicroseconds / 2 + 150_000)
  }

  @Test(
    "Children that were reaped, and daemons that were not, are billed",
    arguments: [
      "auto", "v1", "none",
    ])
  func billed(_ groups: String) throws {
    let rig = try JailRig(groups: groups)
    defer { rig.close() }
    let script = """
      import os, sys, time
      def burn():
        while time.process_time() < float(sys.argv[1]): pass
      if os.fork() == 0:
        burn(); os._exit(0)
      os.wait()
      r, w = os.pipe()
      if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
          burn(); os.write(w, b"x"); time.sleep(100)
        os._exit(0)
      os.wait()
      os.read(r, 1)
      """
    // What the same takes without its burning, on this machine.
    let nothing = try #require(try rig.run(["python3", "-c", script, "0"]).end)
    let run = try rig.run(["python3", "-c", script, "0.3"])
    let end = try #require(run.end)
    #expect(end.exit.code == 0, "\(run.errorText)")
    #expect(end.usage.source == (groups == "none" ? .rusage : .cgroup))
    #expect(end.usage.cpuMicroseconds >= 600_000)
    // Nothing of it twice.
    #expect(end.usage.cpuMicroseconds < 1_000_000 + 2 * nothing.usage.cpuMicroseconds)
    #expect(end.usage.wallMicroseconds >= 300_000)
  }

  @Test("Who leaves his group is billed all the same, and ends at his limit")
  func moved() throws {
    let rig = try JailRig()
    defer { rig.close() }
    let script = """
      import os, sys, time
      for line in open("/proc/self/cgroup"):
        if line.startswith("0::"): group = line.strip()[3:]
      def moved(to):
        try: return os.write(os.open(to + "/cgroup.procs", os.O_WRONLY), b"0")
        except OSError: return 0
      # A parent that hands controllers on takes nobody in, but for the root of all.
      tree = "\(unifiedTree)"
      if not moved(tree + group.rsplit("/", 1)[0]) and not moved(tree): sys.exit(77)
      while time.process_time() < float(sys.argv[1]): pass
      """
    let run = try rig.run(["python3", "-c", script, "0.4"])
    guard run.end?.exit.code != 77 else { return }
    let usage = try #require(run.end).usage
    #expect(run.end?.exit.code == 0, "\(run.errorText)")
    #expect(usage.cpuMicroseconds >= 400_000 && usage.cpuMicroseconds < 1_000_000)
    #expect(usage.source == .rusage)
    let limited = try rig.run(
      ["python3", "-c", script, "100"], limits: limits { $0.cpuMilliseconds = 500 })
    #expect(limited.end?.exit.reason == .cpu)
  }

  @Test("What holds each limit is told as it is", arguments: ["auto", "v2", "v1", "none"])
  func capabilities(_ groups: String) throws {
    let rig = try JailRig(groups: groups)
    defer { rig.close() }
    #expect(rig.wait { rig.launcher.capabilities != nil })
    let capabilities = try #require(rig.launcher.capabilities)
    #expect(capabilities.enforcedBy["openFiles"] == .rlimit)
    if groups == "none" {
      #expect(capabilities.enforcedBy["memoryBytes"] == .rlimit)
      #expect(capabilities.enforcedBy["ioBytesPerSecond"] == Enforcement.none)
      // Of a user who is nobody else's, or is so in his namespace, the kernel counts processes by
      // itself; not of root in one.
      let isCounted = capabilities.walls == .root || capabilities.walls == .user && geteuid() != 0
      #expect(capabilities.enforcedBy["processes"] == (isCounted ? .rlimit : Enforcement.none))
      #expect(!capabilities.killsByGroup && !capabilities.metersByGroup)
    }
    if groups == "v1" { #expect(capabilities.enforcedBy["memoryBytes"] != .cgroup2) }
    if groups == "v2" { #expect(capabilities.enforcedBy["memoryBytes"] != .cgroup1) }
    // Whatever it is, it runs.
    #expect(try rig.sh("exit 5").end?.exit.code == 5)
  }
}
