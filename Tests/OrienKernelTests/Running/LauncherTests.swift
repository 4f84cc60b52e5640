import Foundation
import OrienLedger
import OrienModel
import OrienSandbox
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: with real processes", .serialized)
struct LauncherTests {
  private static func sh(_ script: String) -> String {
    #"{"words":["sh","-c","\#(script)"]}"#
  }

  private static func with(
    _ change: (inout World.Settings) -> Void = { _ in }, _ body: (World) throws -> Void
  ) throws {
    let tools = try Library.tools(manifest: #"{"price":{"perCall":5}}"#)
    try World.with(
      [tools],
      {
        $0.hasLauncher = true
        change(&$0)
      }
    ) { try body($0) }
  }

  @Test("A command runs in its workspace with a clean environment, and its usage is billed")
  func runs() throws {
    try Self.with { world in
      let script = "pwd > where; cat where; echo $HOME; env | wc -l; echo oh >&2; exit 3"
      let record = try world.run("go", Self.sh(script))
      #expect(record.status == .failed && record.exitCode == 3)
      let lines = try world.text(of: record.id).split(separator: "\n")
      #expect(lines.count == 3 && lines[0] == lines[1])
      #expect(lines[0] == "/workspace")
      #expect(try world.text(of: record.id, .errors) == "oh\n")
      #expect(record.usage.wallMicroseconds > 0 && record.costMicroUnits == 5)
    }
  }

  @Test("Its input reaches it, and much output is kept in a file")
  func large() throws {
    try Self.with { world in
      let record = try world.run(
        "go", #"{"words":["sh","-c","cat; head -c 200000 /dev/zero"],"input":"hello"}"#)
      let output = try world.output(of: record.id)
      #expect(output.count == 200_005 && output.starts(with: "hello".utf8))
    }
  }

  /// A process of the machine has this in its arguments.
  private static func isAlive(_ marker: String) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.contains { name in
      guard Int(name) != nil else { return false }
      let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") ?? Data()
      return String(decoding: line, as: UTF8.self).contains("sleep\0\(marker)")
    }
  }

  @Test("At its deadline the whole tree is gone before its end is told")
  func deadline() throws {
    try Self.with({ $0.policy.maxima.wallMilliseconds = 3000 }) { world in
      let marker = "1000.\(UInt32.random(in: 100_000...999_999))"
      let script = "trap '' TERM; (sleep \(marker) & echo there); sleep 1000"
      let id = try world.submit("go", Self.sh(script)).id
      try world.wait { (try? world.text(of: id)) == "there\n" && Self.isAlive(marker) }
      let record = try world.end(of: id)
      #expect(record.status == .timeout && record.reason == "wall")
      #expect(!Self.isAlive(marker))
    }
  }

  @Test("A launcher that is killed takes its calls with it, free of charge, and another follows")
  func launcherLost() throws {
    try Self.with { world in
      let id = try world.submit("go", Self.sh("echo here; sleep 1000")).id
      try world.wait { (try? world.text(of: id)) == "here\n" }
      let pid = try #require(world.launcher?.pids.launcher)
      kill(pid, SIGKILL)
      let record = try world.end(of: id)
      #expect(record.status == .failed && record.reason == "launcher-lost")
      #expect(record.costMicroUnits == 0)
      #expect(try world.text(of: id) == "here\n")
      let next = try world.run("go", Self.sh("echo again"))
      #expect(next.status == .completed && next.costMicroUnits == 5)
    }
  }
}
