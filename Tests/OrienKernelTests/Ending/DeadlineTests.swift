import Foundation
import OrienLedger
import OrienModel
import OrienPlugins
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: deadlines")
struct DeadlineTests {
  /// Long enough for what is quick to have begun and ended, on any machine.
  private static func short(_ settings: inout World.Settings) {
    settings.policy.maxima.wallMilliseconds = 1000
    settings.policy.grace = .milliseconds(1000)
  }

  @Test("A handler that watches for it is told, and its call has timed out")
  func watching() throws {
    try World.with([], Self.short) { world in
      let record = try world.run("wait_cancel")
      #expect(record.status == .timeout && record.reason == "wall")
      #expect(record.message == "Execution exceeded time limit of 1s")
      #expect(record.runningMicroseconds >= 1_000_000)
      #expect(world.kernel.stuck == 0)
    }
  }

  @Test("A process is killed, and its call has timed out")
  func process() throws {
    try World.with([], Self.short) { world in
      let id = try world.submit("go", #"{"words":["sleep"]}"#).id
      let record = try world.end(of: id)
      #expect(world.jail.processes.map(\.killReason) == [.wall])
      #expect(record.status == .timeout && record.exitCode == nil)
    }
  }

  @Test("What had ended by itself before it was killed has its own end")
  func ownEnd() throws {
    try World.with([], Self.short) { world in
      world.jail.diesWhenKilled = false
      let id = try world.submit("go", #"{"words":["false"]}"#).id
      try world.wait { world.jail.processes.first?.killReason == .wall }
      world.jail.processes[0].exit(3)
      let record = try world.end(of: id)
      #expect(record.status == .failed && record.reason == "exit" && record.exitCode == 3)
    }
  }

  @Test("A command's own deadline ends the command, and its handler goes on")
  func commands() throws {
    try World.with { world in
      let record = try world.run("run", #"{"words":["sleep"],"bound":1}"#)
      #expect(record.status == .completed)
      #expect(try world.text(of: record.id).hasPrefix("status 0 code -1 signal 9 reason 2"))
    }
  }

  @Test("A handler that never returns is given up; its slot comes back when it does after all")
  func stuck() throws {
    let gate = try Gate()
    try World.with([.fixture("stuck")], Self.short) { world in
      let id = try world.submit("wait_for", #"{"number":\#(gate.reader)}"#).id
      let record = try world.end(of: id)
      #expect(record.status == .timeout)
      #expect(world.kernel.stuck == 1 && world.kernel.running == 1)
      let tool = try #require(world.kernel.catalogue.tool("wait_for"))
      #expect(tool.plugin.state == .stuck(threads: 1))
      // Its other thread works on.
      #expect(try world.run("spin", #"{"number":1}"#).status == .completed)
      _ = try world.end(of: world.submit("wait_for", #"{"number":\#(gate.reader)}"#).id)
      let refused = failure { try world.submit("spin", #"{"number":1}"#) }
      #expect(refused?.code == .unavailable && refused?.reason == "plugin-stuck")
      #expect(world.kernel.trouble(of: tool)?.reason == "plugin-stuck")
      gate.open()
      try world.wait { world.kernel.stuck == 0 }
      #expect(world.kernel.running == 0 && tool.plugin.state == .ready)
      #expect(try world.run("spin", #"{"number":1}"#).status == .completed)
      #expect(try world.report(id).final == record)
    }
  }

  @Test("A call ends when what it started has, and pays for it, and no slot is lost for ever")
  func outlived() throws {
    let gate = try Gate()
    let tools = try Library.tools(manifest: #"{"price":{"perCpuSecond":1000000}}"#)
    try World.with([tools], Self.short) { world in
      world.jail.diesWhenKilled = false
      let id = try world.submit("linger", #"{"words":["x"],"number":\#(gate.reader)}"#).id
      let process = try world.process()
      let plugin = try #require(world.kernel.catalogue.tool("linger")).plugin
      try world.wait { plugin.state == .stuck(threads: 1) }
      #expect(process.killReason == .wall)
      #expect(try world.report(id).status == .running)
      expectRefusal(.conflict) { try world.remove() }
      // Its handler returns before its program has ended.
      var stuck = Set([world.kernel.stuck])
      gate.open()
      try world.wait {
        stuck.insert(world.kernel.stuck)
        return plugin.state == .ready
      }
      var usage = Usage()
      usage.cpuUserMicroseconds = 7_000_000
      process.exit(0, usage: usage)
      try world.wait {
        stuck.insert(world.kernel.stuck)
        return world.kernel.running == 0
      }
      let record = try world.end(of: id)
      #expect(record.status == .timeout && record.costMicroUnits >= 7_000_000)
      #expect(stuck.isSubset(of: [0, 1]) && world.kernel.stuck == 0)
    }
  }

  @Test("A call whose handler no thread came to costs nothing", arguments: [false, true])
  func neverCalled(isCancelled: Bool) throws {
    let gate = try Gate()
    let library = try Library.fixture("stuck", manifest: #"{"price":{"perCall":5}}"#)
    let change = isCancelled ? { _ in } : Self.short
    try World.with([library], change) { world in
      let tool = try #require(world.kernel.catalogue.tool("wait_for"))
      let host = Call(
        inbox: world.loop.inbox { _ in }, limits: Limits(), units: [], workspace: nil)
      let arguments = CallArguments.values([.integer(Int64(gate.reader))])
      let returned = Channel<CallResult>()
      for _ in 0..<tool.plugin.concurrency {
        tool.plugin.invoke(
          PluginCall(
            handler: tool.handler, arguments: arguments, id: "", session: "", workspace: nil,
            limits: Limits(), deadline: .now),
          host: host
        ) { returned.send($0) }
      }
      let id = try world.submit("spin", #"{"number":1}"#).id
      if isCancelled {
        try world.begin(id)
        try world.cancel(id)
        gate.open()
      }
      let record = try world.end(of: id)
      #expect(record.status == (isCancelled ? .cancelled : .timeout))
      #expect(record.runningAt != nil && record.costMicroUnits == 0)
      gate.open()
      for _ in 0..<tool.plugin.concurrency { _ = returned.receive() }
      #expect(try world.run("spin", #"{"number":1}"#).costMicroUnits == 5)
    }
  }

  @Test("A tool whose only slot is stuck is refused, though its plugin has threads left")
  func stuckTool() throws {
    let gate = try Gate()
    let manifest = #"{"tools":{"wait_for":{"limits":{"concurrency":1}}}}"#
    try World.with([.fixture("stuck", manifest: manifest)], Self.short) { world in
      _ = try world.end(of: world.submit("wait_for", #"{"number":\#(gate.reader)}"#).id)
      let refused = failure { try world.submit("wait_for", #"{"number":\#(gate.reader)}"#) }
      #expect(refused?.reason == "plugin-stuck")
      #expect(try world.run("spin", #"{"number":1}"#).status == .completed)
      gate.open()
      try world.wait { world.kernel.stuck == 0 }
    }
  }

  @Test("A stuck call holds neither its session nor the node's end")
  func stuckSession() throws {
    let gate = try Gate()
    defer { gate.open() }
    try World.with([.fixture("stuck")], Self.short) { world in
      _ = try world.end(of: world.submit("wait_for", #"{"number":\#(gate.reader)}"#).id)
      try world.remove()
      try world.shutDown(within: .zero)
      gate.open()
      try world.wait { world.kernel.stuck == 0 }
    }
  }
}

/// What a handler of the fixture waits at, whatever it is told.
private final class Gate {
  private let pipe = Foundation.Pipe()
  private var isOpen = false

  init() throws {}

  var reader: Int32 { pipe.fileHandleForReading.fileDescriptor }

  func open() {
    guard !isOpen else { return }
    isOpen = true
    try? pipe.fileHandleForWriting.close()
  }
}
