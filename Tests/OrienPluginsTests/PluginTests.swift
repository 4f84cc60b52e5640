import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienPlugins

@Suite("A plugin")
struct PluginTests {
  /// A handler that runs until `release`.
  private struct Held {
    let ends = Foundation.Pipe()
    let answers = Channel<CallResult>()
    let invocation: Invocation

    init(_ plugin: Plugin) {
      let number = Int64(ends.fileHandleForReading.fileDescriptor)
      let answers = answers
      invocation = plugin.invoke(
        plugin.call("wait_for", .values([.integer(number)])), host: RecordingCall()
      ) { answers.send($0) }
    }

    func release() throws { try ends.fileHandleForWriting.close() }
  }

  @Test("runs as many handlers at once as it allows, the rest in turn")
  func concurrency() throws {
    let tools = try Tools()
    let plugin = try tools.plugin("stuck")
    #expect(plugin.capacity == 2)
    let first = Held(plugin)
    let second = Held(plugin)
    let third = Held(plugin)
    try third.release()
    // Two are held, so the third cannot have run before one of them is let go.
    #expect(third.answers.receive(within: .milliseconds(100)) == nil)
    try first.release()
    #expect(first.answers.receive()?.outcome == .done)
    #expect(third.answers.receive()?.outcome == .done)
    try second.release()
    #expect(second.answers.receive()?.outcome == .done)
  }

  @Test("is stuck while a handler that was given up has not returned, and loses its slot")
  func stuck() throws {
    let tools = try Tools()
    let plugin = try tools.plugin("stuck")
    let held = Held(plugin)
    waitUntil { held.invocation.isRunning }
    plugin.writeOff(held.invocation)
    plugin.writeOff(held.invocation)
    #expect(plugin.state == .stuck(threads: 1))
    #expect(plugin.capacity == 1)
    #expect(plugin.result(of: "spin", [.integer(0)]).outcome == .done)
    try held.release()
    #expect(held.answers.receive()?.outcome == .done)
    #expect(plugin.state == .ready)
    #expect(plugin.capacity == 2)
    #expect(tools.node.lines.contains { $0.message == "a call that was given up has returned" })
  }

  @Test("all of whose threads are lost answers at once that it is stuck")
  func allStuck() throws {
    let tools = try Tools()
    let plugin = try tools.plugin("stuck")
    let held = [Held(plugin), Held(plugin)]
    for call in held { waitUntil { call.invocation.isRunning } }
    for call in held { plugin.writeOff(call.invocation) }
    #expect(plugin.capacity == 0)
    guard case .failed(let failure) = plugin.result(of: "spin", [.integer(0)]).outcome else {
      Issue.record("it ran")
      return
    }
    #expect(failure.reason == "plugin-stuck")
    for call in held { try call.release() }
    for call in held { _ = call.answers.receive() }
  }

  @Test("does not run a call that was given up while it waited")
  func abandoned() throws {
    let tools = try Tools()
    let plugin = try tools.plugin("stuck")
    let held = [Held(plugin), Held(plugin)]
    for call in held { waitUntil { call.invocation.isRunning } }
    let waiting = Held(plugin)
    plugin.writeOff(waiting.invocation)
    #expect(plugin.state == .ready && waiting.invocation.isAbandoned)
    for call in held { try call.release() }
    guard case .failed(let failure)? = waiting.answers.receive()?.outcome else {
      Issue.record("it ran")
      return
    }
    #expect(failure.code == .cancelled)
    try waiting.release()
  }

  @Test("that does not open is refused after a while, and its thread left behind")
  func stuckOpen() throws {
    let tools = try Tools()
    try tools.put("one.so", Fixture.bytes("stuck", ["STUCK_OPEN"]))
    try tools.put("two.so", Fixture.bytes("stuck"))
    var folder = tools.folder
    folder.openPatience = .seconds(3)
    let contents = try folder.load(for: tools.node)
    #expect(contents.refused.map(\.failure.reason) == ["stuck"])
    #expect(contents.refused[0].failure.message == "open() did not return within 3000 ms")
    // It owns no id: another may have it.
    #expect(contents.plugins.map(\.name) == ["two"])
  }

  @Test(
    "is asked whether its backend is there",
    arguments: [
      (0, Plugin.State.ready),
      (1, .unavailable(Failure(.unavailable, "engine-away", "no engine at the socket"))),
      (
        2,
        .unavailable(
          Failure(.unavailable, "probe-silent", "its probe() has not answered within 1000 ms"))
      ),
    ])
  func probe(kind: Int, state: Plugin.State) throws {
    let tools = try Tools()
    let plugin = try tools.plugin("stuck", ["PROBE=\(kind)"])
    #expect(plugin.state == state)
    plugin.probe()
    #expect(plugin.state == state)
  }

  @Test("is what its probe says, also where that comes as the waiting for it ends")
  func lateProbe() throws {
    let tools = try Tools()
    let plugin = try tools.plugin("stuck", ["PROBE=0"])
    let silent = Failure(.unavailable, "probe-silent", "")
    let home = try #require(plugin.home as? Residence)
    #expect(home.beginProbe())
    home.noteSilentProbe(silent)
    #expect(plugin.state == .unavailable(silent))
    home.noteProbe(nil)
    home.noteSilentProbe(silent)
    #expect(plugin.state == .ready)
  }

  @Test("closes once, after its last handler, or is left as it is")
  func close() throws {
    let tools = try Tools()
    let plugin = try tools.plugin("stuck")
    #expect(plugin.result(of: "spin", [.integer(0)]).outcome == .done)
    try plugin.close(within: .seconds(30))
    #expect(plugin.state == .closed)
    let hanging = try Tools()
    let stuck = try hanging.plugin("stuck", ["STUCK_CLOSE"])
    #expect(throws: Failure.self) { try stuck.close(within: .milliseconds(50)) }
    try stuck.close(within: .seconds(30))
  }

  @Test("is closed after its probe returned, and never beside one that has not")
  func closeBesideProbe() throws {
    let sound = try Tools()
    try sound.plugin("stuck", ["PROBE=0", "NOTED_CLOSE"]).close(within: .seconds(30))
    #expect(sound.node.lines.map(\.message) == ["closed"])
    let hanging = try Tools()
    let plugin = try hanging.plugin("stuck", ["PROBE=2", "NOTED_CLOSE"])
    #expect(throws: Failure.self) { try plugin.close(within: .milliseconds(50)) }
    #expect(hanging.node.lines.isEmpty)
  }

  @Test("of another minor version passes and takes what both sides have", arguments: [true, false])
  func aged(isOlder: Bool) throws {
    let tools = try Tools()
    let plugin = try tools.plugin("aged", [isOlder ? "OLDER" : "NEWER"])
    let limits = plugin.limits(of: 0)
    #expect(limits.concurrency == 2 && limits.wallMilliseconds == 1234)
    #expect(limits.cpuMilliseconds == (isOlder ? nil : 99))

    let ended = RecordingCall()
    #expect(plugin.result(of: "ended", host: ended).outcome == .done)
    #expect(
      ended.kept.exit
        == ProcessExit(code: nil, signal: 9, reason: isOlder ? .signal : .memory))
    var usage = Usage()
    usage.cpuUserMicroseconds = 10
    usage.cpuSystemMicroseconds = 20
    if !isOlder {
      (usage.memoryPeakBytes, usage.readBytes, usage.writtenBytes) = (30, 40, 50)
    }
    #expect(ended.kept.usage == usage)

    let run = RecordingCall()
    #expect(plugin.result(of: "run", host: run).outcome == .done)
    #expect(run.output == "as it should be")
    #expect(run.kept.command?.environment == (isOlder ? [] : ["A=b"]))
    #expect(run.kept.command?.wallMilliseconds == (isOlder ? nil : 7))
  }
}
