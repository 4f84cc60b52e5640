import OrienModel
import Testing

@testable import OrienSandbox

@Suite("Launcher: how a process ends", .serialized)
struct LauncherExitTests {
  @Test("The code of a program is its code", arguments: [0, 1, 7, 126, 127, 255] as [Int32])
  func code(_ code: Int32) throws {
    let rig = try JailRig()
    defer { rig.close() }
    let run = try rig.sh("exit \(code)")
    #expect(run.end?.exit == ProcessExit(code: code, signal: nil, reason: .exited))
    #expect(run.end?.failure == nil)
    #expect(run.hasStarted)
  }

  @Test("A signal is told as a signal", arguments: [1, 6, 9, 11, 13, 15] as [Int32])
  func signal(_ signal: Int32) throws {
    let rig = try JailRig()
    defer { rig.close() }
    let run = try rig.sh("kill -\(signal) $$")
    #expect(run.end?.exit == ProcessExit(code: nil, signal: signal, reason: .signal))
  }

  @Test("What is killed here ends for the reason it was killed for", arguments: ["auto", "none"])
  func killed(_ groups: String) throws {
    let rig = try JailRig(groups: groups)
    defer { rig.close() }
    for reason in [ProcessExit.Reason.wall, .cancelled, .output] {
      let run = try rig.run(["sh", "-c", "trap '' TERM; sleep 1000"], killing: reason)
      #expect(run.end?.exit.reason == reason)
      #expect(run.end?.failure == nil)
    }
  }

  @Test(
    "Signals to what holds a process change nothing", arguments: ["TERM", "INT", "HUP", "PIPE"])
  func holder(_ signal: String) throws {
    let rig = try JailRig(scopes: "none")
    defer { rig.close() }
    let run = try rig.sh("kill -\(signal) $PPID; sleep 0.05; exit 3")
    #expect(run.end?.exit == ProcessExit(code: 3, signal: nil, reason: .exited))
  }

  @Test(
    "A program that cannot be run is never the program's failure",
    arguments: [
      ("no-such-program", "exec-not-found"), ("./missing", "exec-not-found"),
      ("./plain", "exec-denied"), ("/etc", "exec-denied"),
      ("./no-interpreter", "exec-interpreter"), ("./dos-line", "exec-interpreter"),
      ("./garbage", "exec-format"), ("./empty", "exec-format"),
    ])
  func unrunnable(program: String, reason: String) throws {
    let rig = try JailRig()
    defer { rig.close() }
    try write("#!/bin/sh\n", to: rig.state + "/plain", mode: 0o600)
    try write("#!/no/such/interpreter\n", to: rig.state + "/no-interpreter", mode: 0o700)
    try write("#!/bin/sh\r\necho hello\r\n", to: rig.state + "/dos-line", mode: 0o700)
    try write("\u{7F}ELF, or not", to: rig.state + "/garbage", mode: 0o700)
    try write("", to: rig.state + "/empty", mode: 0o700)
    let run = try rig.run([program])
    #expect(run.end?.failure?.reason == reason)
    #expect(run.end?.exit.code == nil)
    #expect(run.end?.exit.signal == nil)
  }

  @Test("Arguments come as they are, in order, empty ones too")
  func arguments() throws {
    let rig = try JailRig()
    defer { rig.close() }
    let run = try rig.run(["printf", "[%s]", "a b", "", "ü", "-n", "$HOME"])
    #expect(run.outputText == "[a b][][ü][-n][$HOME]")
  }

  @Test("A request beyond the bounds is refused before it reaches the launcher")
  func refused() throws {
    let long = String(repeating: "x", count: 100 << 10)
    let tooLong = String(repeating: "x", count: 128 << 10)
    let requests: [(arguments: [String], environment: [String], reason: String)] = [
      ([], [], "arguments"), ([""], [], "arguments"), (["true", "a\0b"], [], "arguments"),
      (Array(repeating: "x", count: 1025), [], "arguments"),
      (["true", tooLong], [], "arguments"), (["true", long, long, long], [], "arguments"),
      (["true"], ["NOVALUE"], "environment"), (["true"], ["=x"], "environment"),
      (["true"], ["A-B=x"], "environment"), (["true"], ["1A=x"], "environment"),
    ]
    let rig = try JailRig()
    defer { rig.close() }
    for (index, request) in requests.enumerated() {
      let run = try rig.run(request.arguments, environment: request.environment)
      #expect(run.end?.failure?.reason == request.reason, "request \(index)")
      #expect(!run.hasStarted)
    }
  }

  @Test("Arguments up to the bounds arrive whole")
  func large() throws {
    let rig = try JailRig()
    defer { rig.close() }
    let big = String(repeating: "x", count: (128 << 10) - 1)
    #expect(try rig.run(["sh", "-c", "echo ${#1}", "sh", big]).outputText == "131071\n")
    let many = Array(repeating: "1", count: 1020)
    #expect(try rig.run(["sh", "-c", "echo $#", "sh"] + many).outputText == "1020\n")
  }

  @Test("A hundred at once each end once")
  func many() throws {
    let rig = try JailRig()
    defer { rig.close() }
    let runs = try (0..<100).map { try rig.start(["sh", "-c", "exit \($0)"]) }
    #expect(rig.wait(30) { runs.allSatisfy { $0.end != nil } })
    #expect(runs.compactMap { $0.end?.failure } == [])
    #expect(runs.map { $0.end?.exit.code } == (0..<100).map { $0 })
    #expect(runs.allSatisfy { $0.ends.count == 1 })
  }
}
