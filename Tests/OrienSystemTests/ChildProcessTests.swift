import Foundation
import OrienSystem
import Testing

@Suite("Children")
struct ChildProcessTests {
  private func sleeper() throws -> ChildProcess {
    try ChildProcess("/bin/sleep", arguments: ["sleep", "600"], environment: [], descriptors: [])
  }

  private func exists(_ pid: Int32) -> Bool {
    FileManager.default.fileExists(atPath: "/proc/\(pid)")
  }

  @Test("How a child ended is told")
  func ends() throws {
    for (script, end) in [
      ("exit 7", ChildProcess.End.exited(7)), ("kill -9 $$", .killed(signal: 9)),
    ] {
      let child = try ChildProcess(
        "/bin/sh", arguments: ["sh", "-c", script], environment: [], descriptors: [])
      #expect(try child.finish(by: .now + .seconds(30)) == end)
    }
  }

  @Test("A child that is still there at its deadline is killed and reaped")
  func overdue() throws {
    let child = try sleeper()
    let pid = child.pid
    #expect(exists(pid))
    #expect(try child.finish(by: .now) == .overdue)
    #expect(!exists(pid))
  }

  @Test("A child that is let go of is killed, and stays not even as a zombie")
  func letGo() throws {
    let pid: Int32
    do {
      let child = try sleeper()
      pid = child.pid
      #expect(exists(pid))
    }
    #expect(!exists(pid))
  }
}
