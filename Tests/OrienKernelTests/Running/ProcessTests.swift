import Foundation
import OrienLedger
import OrienModel
import OrienSandbox
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: commands")
struct ProcessTests {
  private var usage: Usage {
    var usage = Usage()
    usage.cpuUserMicroseconds = 2_000_000
    usage.memoryPeakBytes = 1 << 20
    usage.source = .cgroup
    return usage
  }

  @Test("A call goes on as the command that its handler gave, with its input and limits")
  func exec() throws {
    try World.with { world in
      let id = try world.submit("go", #"{"words":["cat","-"],"input":"hello"}"#).id
      let process = try world.process()
      #expect(process.request.arguments == ["cat", "-"])
      #expect(process.input == Array("hello".utf8))
      #expect(process.request.limits == world.kernel.catalogue.tool("go")?.granted)
      try process.write("hello")
      try process.write("oh", errors: true)
      process.exit(0, usage: usage)
      let record = try world.end(of: id)
      #expect(record.status == .completed && record.reason == "exit" && record.exitCode == 0)
      #expect(try world.text(of: id) == "hello")
      #expect(try world.text(of: id, .errors) == "oh")
      #expect(record.usage.cpuUserMicroseconds >= 2_000_000)
      #expect(record.usage.memoryPeakBytes == 1 << 20)
      #expect(record.usage.source == .cgroup)
    }
  }

  @Test(
    "How the jail says that it ended is the call's end",
    arguments: [
      (ProcessExit(code: 3, signal: nil, reason: .exited), Status.failed, "exit"),
      (ProcessExit(code: nil, signal: 11, reason: .signal), .failed, "signal"),
      (ProcessExit(code: nil, signal: 9, reason: .memory), .failed, "memory"),
      (ProcessExit(code: nil, signal: 24, reason: .cpu), .failed, "cpu"),
      (ProcessExit(code: nil, signal: 25, reason: .disk), .failed, "disk"),
      (ProcessExit(code: 1, signal: nil, reason: .limit), .failed, "limit"),
    ])
  func exits(exit: ProcessExit, status: Status, reason: String) throws {
    try World.with { world in
      world.jail.onStart = { $0.end(JailEnd(exit: exit, usage: Usage())) }
      let record = try world.run("go", #"{"words":["x"]}"#)
      #expect(record.status == status && record.reason == reason)
      #expect(record.exitCode == exit.code && record.signal == exit.signal)
    }
  }

  @Test("A handler that waits for a command gets its end, and what it captured and no more")
  func captured() throws {
    try World.with { world in
      let id = try world.submit("run", #"{"words":["x"],"capture":4}"#).id
      let process = try world.process()
      try process.write("abcdef")
      try process.write("uvwxyz", errors: true)
      process.exit(7, usage: usage)
      let record = try world.end(of: id)
      #expect(record.status == .completed)
      #expect(
        try world.text(of: id) == "status 0 code 7 signal 0 reason 0 out abcd err uvwx")
      #expect(record.errors.bytes == 0)
      #expect(record.usage.cpuUserMicroseconds >= 2_000_000)
    }
  }

  @Test("Without capture its streams join the call's")
  func joined() throws {
    try World.with { world in
      let id = try world.submit("run", #"{"words":["x"]}"#).id
      let process = try world.process()
      try process.write("abc")
      try process.write("def", errors: true)
      process.exit(0)
      _ = try world.end(of: id)
      #expect(try world.text(of: id) == "abcstatus 0 code 0 signal 0 reason 0 out  err ")
      #expect(try world.text(of: id, .errors) == "def")
    }
  }

  @Test("A command that could not be run is the handler's to judge")
  func notRun() throws {
    try World.with { world in
      world.jail.onStart = {
        $0.end(
          JailEnd(
            exit: ProcessExit(code: nil, signal: nil, reason: .lost), usage: Usage(),
            failure: Failure(.notFound, "exec-not-found", "there is no such program")))
      }
      let record = try world.run("run", #"{"words":["x"]}"#)
      #expect(record.status == .failed && record.reason == "exec-not-found")
      #expect(try world.text(of: record.id).hasPrefix("status 3"))
      #expect(record.usage.source == .thread)
    }
  }

  @Test("What a quick program wrote into its workspace is counted when it has ended")
  func counted() throws {
    try World.with { world in
      let id = try world.submit("go", #"{"words":["x"]}"#).id
      let process = try world.process()
      let workspace = try world.loop.answer {
        world.workspaces.open(SessionKey(World.session, of: World.owner), then: $0)
      }
      try Data(count: 100_000).write(to: URL(filePath: workspace.path + "/big"))
      #expect(workspace.account.used.bytes == 0)
      process.exit(0)
      _ = try world.end(of: id)
      try world.wait { workspace.account.used.bytes >= 100_000 }
    }
  }

  @Test(
    "A program beyond what all workspaces may hold is ended at nobody's cost, and no other begins")
  func beyondTotal() throws {
    let tools = try Library.tools(manifest: #"{"price":{"perCall":5}}"#)
    try World.with([tools], { $0.workspaces.totalBytes = 1_000 }) { world in
      let id = try world.submit("go", #"{"words":["x"]}"#).id
      let process = try world.process()
      let workspace = try world.loop.answer {
        world.workspaces.open(SessionKey(World.session, of: World.owner), then: $0)
      }
      try Data(count: 1_001).write(to: URL(filePath: workspace.path + "/big"))
      let record = try world.end(of: id)
      #expect(process.killReason == .disk)
      #expect(record.status == .failed && record.reason == "workspaces-full")
      #expect(record.message?.contains("WORKSPACES_BYTES") == true)
      #expect(record.costMicroUnits == 0)
      expectRefusal(.full, "workspaces-full") { try world.submit("go", #"{"words":["x"]}"#) }
      try world.remove()
      world.jail.onStart = { $0.exit(0) }
      #expect(try world.run("go", #"{"words":["x"]}"#).costMicroUnits == 5)
    }
  }

  @Test("What a handler wrote into a file is counted too")
  func countedFile() throws {
    try World.with { world in
      _ = try world.run("keep", #"{"path":"a","text":"hello"}"#)
      let workspace = try world.loop.answer {
        world.workspaces.open(SessionKey(World.session, of: World.owner), then: $0)
      }
      try world.wait { workspace.account.used.files == 1 }
    }
  }

  @Test("Where nothing walls programs in, a handler that starts one is refused")
  func noPrograms() throws {
    try World.with([]) { world in
      world.jail.capabilities?.walls = .none
      let record = try world.run("go", #"{"words":["x"]}"#)
      #expect(record.status == .failed && record.reason == "unsafe")
      #expect(world.jail.processes.isEmpty)
    }
  }
}
