import OrienModel
import OrienSystem
import Testing

@testable import OrienPlugins

@Suite("Services of the node")
struct ServiceTests {
  @Test(
    "State is written only over the revision that was named, and listed after a key",
    arguments: Isolation.allCases)
  func state(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("services")
    let call = RecordingCall()
    #expect(plugin.result(of: "state", host: call).outcome == .done)
    #expect(call.output == "0 8 1 0 0 1 one a/2")
    #expect(try tools.node.state("a/1", plugin: "") == nil)
  }

  @Test("A program's streams are captured, and released once", arguments: Isolation.allCases)
  func capture(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("services")
    let exit = ProcessExit(code: 4, signal: nil, reason: .exited)
    let call = RecordingCall(
      running: .success(
        RunResult(exit: exit, output: Array("out".utf8), errors: Array("err".utf8))))
    #expect(plugin.result(of: "capture", host: call).outcome == .done)
    #expect(call.output == "4/0 out err")
    #expect(
      call.kept.command
        == Command(
          ["tr", "a", "b"], environment: ["A=1", "B=2"], input: Array("in\0put".utf8),
          wallMilliseconds: 70))
    #expect(call.kept.captureBytes == 10)
    #expect(tools.node.lines.filter { $0.message.contains("does not hold") }.count == 1)
  }

  @Test(
    "A program that was not run is a status, and the log says why", arguments: Isolation.allCases)
  func notRun(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("services")
    let call = RecordingCall(running: .failure(Failure(.limited, "processes", "none is free")))
    #expect(plugin.result(of: "capture", host: call).outcome == .done)
    #expect(call.output == "status 4")
    #expect(tools.node.lines.map(\.message) == ["tr was not run: none is free"])
    #expect(tools.node.lines.map(\.call) == ["exec-1"])
  }

  @Test(
    "A call goes on as the one command that was given, if the handler says so",
    arguments: [
      (false, 0, nil), (true, 0, nil), (false, 3, Failure.Code.denied),
      (false, 1, Failure.Code.internal),
    ] as [(Bool, Int64, Failure.Code?)])
  func tail(twice: Bool, returned: Int64, code: Failure.Code?) throws {
    for isolation in Isolation.allCases {
      let tools = try Tools(isolation)
      let plugin = try tools.plugin("services")
      let outcome = plugin.result(of: "tail", [.bool(twice), .integer(returned)]).outcome
      switch outcome {
      case .exec(let command):
        #expect(code == nil)
        #expect(command == Command(["python3", "-"]))
      case .failed(let failure): #expect(failure.code == code)
      case .done: Issue.record("the command was lost")
      }
    }
  }

  @Test(
    "A file is opened by the node, or its failure is a status",
    arguments: [("a/b", "0 open"), ("missing", "3 none")])
  func files(path: String, answer: String) throws {
    for isolation in Isolation.allCases {
      let tools = try Tools(isolation)
      let plugin = try tools.plugin("services")
      let call = RecordingCall()
      #expect(plugin.result(of: "open_file", [.text(path)], host: call).outcome == .done)
      #expect(call.output == answer)
      #expect(call.kept.opened == "\(path) replace")
    }
  }

  @Test("The log's allowance is per second, and counts what it dropped")
  func allowance() {
    let allowance = LogAllowance()
    let start = Instant(nanoseconds: 5_000_000_000)
    for _ in 0..<LogAllowance.linesPerSecond {
      #expect(allowance.take(at: start) == .granted(dropped: 0))
    }
    #expect(allowance.take(at: start + .milliseconds(999)) == .refused)
    #expect(allowance.take(at: start + .milliseconds(999)) == .refused)
    #expect(allowance.take(at: start + .seconds(1)) == .granted(dropped: 2))
    #expect(allowance.take(at: start + .seconds(1)) == .granted(dropped: 0))
  }
}
