import OrienModel
import OrienSystem
import Testing

@testable import OrienPlugins

@Suite("A handler")
struct HandlerTests {
  @Test("receives every type of argument as C has it", arguments: Isolation.allCases)
  func types(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("all_types")
    let call = RecordingCall()
    let values: [ArgumentValue] = [
      .bool(true), .integer(-9_007_199_254_740_993), .number(0.5), .text("text"), .text("a/b"),
      .bytes([0, 255]), .bytes(Array("{}".utf8)), .texts(["a", ""]),
    ]
    #expect(plugin.result(of: "types", values, host: call).outcome == .done)
    #expect(call.output == "1|-9007199254740993|0.5|text|a/b|00ff|{}|<a><>")
  }

  @Test("receives absent ones as zero, NULL or no bytes", arguments: Isolation.allCases)
  func absent(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("all_types")
    let call = RecordingCall()
    let values: [ArgumentValue] = [
      .bool(false), .integer(0), .number(0), .text(nil), .text(nil), .bytes([]), .bytes([]),
      .texts(nil),
    ]
    #expect(plugin.result(of: "types", values, host: call).outcome == .done)
    #expect(call.output == "0|0|0|NULL|NULL|||")
  }

  @Test("that is packed receives one object", arguments: Isolation.allCases)
  func packed(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("all_types")
    let call = RecordingCall()
    let packed = plugin.call("packed", .packed(Array(#"{"flag":true}"#.utf8)))
    #expect(plugin.result(of: packed, host: call).outcome == .done)
    #expect(call.output == #"{"flag":true}"#)
  }

  @Test("is told of its call", arguments: Isolation.allCases)
  func about(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("services")
    let host = RecordingCall()
    var call = plugin.call("about", .values([]), id: "exec-7")
    call.session = "s"
    call.workspace = SharedWorkspace(path: "/w", user: 7)
    call.limits.wallMilliseconds = 5
    call.limits.openFiles = .max
    #expect(plugin.result(of: call, host: host).outcome == .done)
    #expect(host.output == "exec-7 s /w 7 about 5 4294967295 1.2.3")
  }

  @Test(
    "that passes what makes no sense gets INVALID and harms nobody", arguments: Isolation.allCases)
  func wrong(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("services")
    let call = RecordingCall()
    #expect(plugin.result(of: "wrong", host: call).outcome == .done)
    #expect(call.output == "")
    #expect(call.kept.command == nil)
    #expect(tools.node.lines.map(\.message).contains { $0.contains("does not hold") })
  }

  @Test(
    "that passes bytes of a size which no memory has gets INVALID, wherever they go",
    arguments: Isolation.allCases)
  func oversize(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("services")
    let call = RecordingCall()
    #expect(plugin.result(of: "oversize", host: call).outcome == .done)
    #expect(call.output == "")
    #expect(call.kept.command == nil)
    #expect(try tools.node.state("k", plugin: "") == nil)
  }

  @Test(
    "says how something ended that the node did not see, if anything can end so",
    arguments: [
      (0, 0, 0, ProcessExit(code: 0, signal: nil, reason: .exited)),
      (255, 0, 0, ProcessExit(code: 255, signal: nil, reason: .exited)),
      (137, 0, 4, ProcessExit(code: 137, signal: nil, reason: .memory)),
      (-1, 9, 1, ProcessExit(code: nil, signal: 9, reason: .signal)),
      (0, 64, 0, ProcessExit(code: nil, signal: 64, reason: .signal)),
      (-1, 0, 8, ProcessExit(code: nil, signal: nil, reason: .lost)),
      (-1, 9, 77, ProcessExit(code: nil, signal: 9, reason: .limit)),
      (-1, 0, 0, nil), (-5, 0, 0, nil), (256, 0, 0, nil), (.min, 0, 2, nil), (.max, 0, 2, nil),
      (0, -1, 0, nil), (-1, 65, 1, nil), (-1, .min, 1, nil), (-1, .max, 1, nil), (5, 0, 1, nil),
    ] as [(Int32, Int32, UInt32, ProcessExit?)])
  func ended(code: Int32, signal: Int32, reason: UInt32, exit: ProcessExit?) throws {
    for isolation in Isolation.allCases {
      let tools = try Tools(isolation)
      let plugin = try tools.plugin("services")
      let call = RecordingCall()
      let values = [Int64(code), Int64(signal), Int64(reason)].map { ArgumentValue.integer($0) }
      #expect(plugin.result(of: "ended", values, host: call).outcome == .done)
      #expect(call.output == (exit == nil ? "1" : "0"))
      #expect(call.kept.exit == exit)
    }
  }

  @Test("may emit from many threads of its own", arguments: Isolation.allCases)
  func threads(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("services")
    let call = RecordingCall()
    #expect(plugin.result(of: "threads", host: call).outcome == .done)
    #expect(call.output.utf8.count == 800)
    #expect(call.kept.metered == ["token": 8])
  }

  @Test(
    "that uses a call which has returned reaches no other, and is told of once",
    arguments: Isolation.allCases)
  func late(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("services")
    #expect(plugin.result(of: "keep").outcome == .done)
    for _ in 0..<2 {
      let call = RecordingCall()
      #expect(plugin.result(of: "keep", host: call).outcome == .done)
      #expect(call.output == "1 1 1")
      #expect(call.kept.metered == [:])
    }
    #expect(tools.node.lines.filter { $0.message.contains("had returned") }.count == 1)
  }

  @Test(
    "that returns a failure gives its status, reason and message",
    arguments: [
      (1, "bad-size", "is odd", Failure(.invalid, "bad-size", "is odd")),
      (8, nil, "there already", Failure(.conflict, "conflict", "there already")),
      (6, "Not A Reason", "away", Failure(.unavailable, "unavailable", "away")),
      (3, nil, nil, Failure(.notFound, "not-found", "the tool said no more than this")),
      (
        42, nil, "what",
        Failure(.internal, "plugin-misbehaved", "plugin misbehaved: returned status 42")
      ),
      (
        -1, nil, nil,
        Failure(.internal, "plugin-misbehaved", "plugin misbehaved: returned status -1")
      ),
      (
        9, nil, nil,
        Failure(
          .internal, "plugin-misbehaved",
          "plugin misbehaved: returned ORIEN_EXEC (9) without a command")
      ),
    ] as [(Int64, String?, String?, Failure)])
  func failing(status: Int64, reason: String?, message: String?, failure: Failure) throws {
    for isolation in Isolation.allCases {
      let tools = try Tools(isolation)
      let plugin = try tools.plugin("services")
      let result = plugin.result(
        of: "answer", [.integer(status), .text(reason), .text(message)])
      #expect(result.outcome == .failed(failure))
    }
  }

  @Test(
    "whose message would move a terminal's cursor or turn what is read is told without that",
    arguments: Isolation.allCases)
  func harmlessMessage(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("services")
    let message = "\u{1B}[31mred\r\u{7F}\u{9B}2J\u{202E}\u{2067}\u{2028}\n\tשלום"
    let result = plugin.result(of: "answer", [.integer(2), .text(nil), .text(message)])
    let lost = "\u{FFFD}"
    #expect(
      result.outcome
        == .failed(
          Failure(
            .denied, "denied",
            "\(lost)[31mred\(lost)\(lost)\(lost)2J\(lost)\(lost)\(lost)\n\tשלום")))
  }

  @Test("that was cancelled before it ran is not called", arguments: Isolation.allCases)
  func cancelled(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("services")
    let call = RecordingCall(isCancelled: true)
    let result = plugin.result(of: "about", host: call)
    guard case .failed(let failure) = result.outcome else {
      Issue.record("it was called")
      return
    }
    #expect(failure.code == .cancelled && !result.wasCalled)
    #expect(call.output == "")
  }

  @Test("is billed the processor time of its own thread", arguments: Isolation.allCases)
  func time(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("stuck")
    let busy = plugin.result(of: "spin", [.integer(30_000_000)])
    let idle = plugin.result(of: "spin", [.integer(0)])
    #expect(busy.cpuMicroseconds > 5000)
    #expect(idle.cpuMicroseconds < busy.cpuMicroseconds / 4)
  }
}
