import OrienModel
import OrienSystem
import Testing

@testable import OrienPlugins

@Suite("A plugin that is loud")
struct LoudTests {
  @Test(
    "is told when it has emitted enough, and what it emits beyond is the node's to refuse",
    arguments: Isolation.allCases)
  func flood(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("loud")
    let host = RecordingCall(outputBytes: 3 << 20)
    var call = plugin.call("flood", .values([.integer(20)]))
    call.limits.outputBytes = 3 << 20
    guard case .failed(let failure) = plugin.result(of: call, host: host).outcome else {
      Issue.record("it was not told")
      return
    }
    #expect(failure.code == .limited)
    #expect(host.kept.bytes == [.output: 3 << 20, .errors: 3 << 20])
  }

  @Test("is cut short in the log, and told of", arguments: Isolation.allCases)
  func chatter(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("loud")
    let began = Instant.now
    #expect(plugin.result(of: "chatter", [.integer(100_000)]).outcome == .done)
    // With a line each second that tells how many were left out.
    let seconds = Int(Instant.now.since(began).milliseconds / 1000) + 2
    #expect(tools.node.lines.count <= seconds * (LogAllowance.linesPerSecond + 1))
    #expect(tools.node.lines[0].message == "again\u{1B}[2J\n{\"a\":1}")
    #expect(tools.node.lines[0].call == "exec-1")
  }

  @Test("overflows no bill", arguments: Isolation.allCases)
  func overcharge(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("loud")
    let call = RecordingCall()
    #expect(plugin.result(of: "overcharge", [.integer(3)], host: call).outcome == .done)
    #expect(call.kept.metered == ["token": .max])
    #expect(call.kept.usage?.cpuMicroseconds == .max)
  }

  @Test("gets of its limits what its manifest leaves")
  func limits() throws {
    let tools = try Tools()
    let plugin = try tools.plugin(
      "loud", manifest: #"{"limits": {"wallMilliseconds": 10, "memoryBytes": 1048576}}"#)
    #expect(plugin.limits(of: 0).wallMilliseconds == 10)
    #expect(plugin.limits(of: 0).memoryBytes == 1 << 20)
    #expect(plugin.limits(of: 0).outputBytes == .max)
  }
}
