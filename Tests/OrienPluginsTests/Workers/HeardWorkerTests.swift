import OrienModel
import OrienSystem
import Testing

@testable import OrienPlugins

/// Its calls go to the loop from any thread, as their results are told on any.
@Suite("A worker that a loop waits for")
struct HeardWorkerTests {
  @Test("is heard by the loop while its calls are quick, and by its thread while one is not")
  func turns() throws {
    let worker = try HeardWorker("deeds")
    for _ in 1...3 {
      worker.quicken()
      let slow = BegunDeed("wait", of: worker.plugin)
      #expect(!worker.isHeardByLoop(worker.plugin.deed("nothing")))
      #expect(slow.returnsWhenCancelled())
    }
  }

  @Test("is heard by its thread where there is no loop")
  func alone() throws {
    let worker = try HeardWorker("deeds", hasLoop: false)
    for _ in 0..<100 { #expect(!worker.isHeardByLoop(worker.plugin.deed("nothing"))) }
  }

  @Test("has all that a call says heard in its order, whoever hears it")
  func order() throws {
    let worker = try HeardWorker("deeds")
    worker.quicken()
    for deed in ["many-lines", "nothing", "one-long-line", "nothing", "many-lines"] {
      let host = RecordingCall()
      #expect(worker.plugin.result(of: worker.plugin.deed(deed), host: host).outcome == .done)
      let said =
        switch deed {
        case "many-lines": (0..<1000).map { "\($0)\n" }.joined()
        case "one-long-line": String(repeating: "x", count: 1 << 20)
        default: "done"
        }
      #expect(host.output == said)
    }
  }

  @Test("is sent what its socket does not take at once, while the loop hears it")
  func longArguments() throws {
    let worker = try HeardWorker("deeds")
    worker.quicken()
    let long = String(repeating: "x", count: 4 << 20)
    let isDone =
      worker.plugin.result(of: worker.plugin.deed(long), host: RecordingCall()).outcome == .done
    #expect(isDone)
  }

  @Test(
    "costs its calls alone where it crashes",
    arguments: [
      ("segfault", "died of SIGSEGV"), ("exit", "ended with exit code 3"),
      ("emit-and-die", "died of SIGKILL"), ("close-all", "the plugin's process"),
    ])
  func crash(deed: String, how: String) throws {
    let worker = try HeardWorker("deeds")
    worker.quicken()
    let failure = try #require(worker.failure(of: deed))
    #expect(failure.reason == "plugin-crash" && failure.message.contains(how))
    worker.quicken()
  }

  @Test(
    "is ended where it says what makes no sense",
    arguments: [
      "frame-too-long", "frame-unknown", "frame-cut", "frame-unfit", "frame-with-descriptor",
    ])
  func nonsense(deed: String) throws {
    let worker = try HeardWorker("deeds")
    worker.quicken()
    #expect(worker.failure(of: deed)?.reason == "plugin-misbehaved")
    worker.quicken()
  }

  @Test("is not heard where it speaks of calls that it does not carry")
  func strangers() throws {
    let worker = try HeardWorker("deeds")
    worker.quicken()
    #expect(worker.failure(of: "frame-of-nobody") == nil)
  }

  @Test("is ended when it carries nothing, though the loop heard the last of it")
  func idle() throws {
    let worker = try HeardWorker("stuck", ["NOTED_CLOSE"], idlePatience: .milliseconds(300))
    let call = worker.plugin.call("spin", .values([.integer(0)]))
    var closed = worker.closed
    // It may be idle for so long between two calls.
    while !worker.isHeardByLoop(call) { closed = worker.closed }
    waitUntil { worker.closed > closed }
  }

  @Test("returns what it carries before it is closed, and is gone then")
  func closed() throws {
    let worker = try HeardWorker("deeds")
    worker.quicken()
    let slow = BegunDeed("cancel-fd", of: worker.plugin)
    worker.plugin.restart()
    #expect(slow.returnsWhenCancelled())
    worker.quicken()
    try worker.plugin.close(within: .seconds(30))
    #expect(worker.plugin.state == .closed)
  }
}

/// A plugin in a worker, and a loop that runs beside the test.
private final class HeardWorker {
  let plugin: Plugin
  private let tools: Tools
  private let loop: Loop
  private let thread: Thread

  init(
    _ source: String, _ definitions: [String] = [], hasLoop: Bool = true,
    idlePatience: Duration = .seconds(60)
  ) throws {
    tools = try Tools(.worker)
    let loop = try Loop()
    self.loop = loop
    try tools.put("one.so", Fixture.bytes(source, definitions))
    var folder = tools.folder
    folder.loop = hasLoop ? loop : nil
    folder.workers.idlePatience = idlePatience
    plugin = try #require(try folder.load(for: tools.node).plugins.first)
    let isRunning = Channel<Void>()
    thread = Thread("test-loop") {
      loop.post { isRunning.send(()) }
      loop.run()
    }
    isRunning.receive()
  }

  deinit {
    loop.stop()
    thread.join()
  }

  var closed: Int { tools.node.lines.filter { $0.message == "closed" }.count }

  /// Makes a call, which is to succeed.
  func isHeardByLoop(_ call: PluginCall) -> Bool {
    let answers = Channel<(CallResult, Bool)>()
    plugin.invoke(call, host: RecordingCall()) { [loop] in answers.send(($0, loop.isCurrent)) }
    let (result, isHeardByLoop) = answers.receive()!
    #expect(result.outcome == .done)
    return isHeardByLoop
  }

  /// Has quick calls until the loop hears them. They say nothing: what a call says beside its return
  /// comes by itself where this machine is slow.
  func quicken() {
    for _ in 0..<1000 where isHeardByLoop(plugin.deed("return")) { return }
    Issue.record("the loop has not heard it")
  }

  func failure(of name: String) -> Failure? {
    let result = plugin.result(of: plugin.deed(name), host: RecordingCall())
    if case .failed(let failure) = result.outcome { return failure }
    return nil
  }
}
