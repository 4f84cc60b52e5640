import Foundation
import OrienModel
import OrienSystem
import Synchronization
import Testing

@testable import OrienPlugins

@Suite("A worker")
struct WorkerTests {
  @Test(
    "that crashes costs its calls alone, and the next call has another",
    arguments: [
      ("segfault", "died of SIGSEGV"), ("abort", "died of SIG"), ("exit", "ended with exit code 3"),
      ("illegal", "died of SIG"), ("overflow", "died of SIG"), ("free-twice", "died of SIG"),
      ("emit-and-die", "died of SIGKILL"), ("close-all", "the plugin's process"),
    ])
  func crash(deed: String, how: String) throws {
    let tools = try Tools(.worker)
    let plugin = try tools.plugin("deeds")
    let host = RecordingCall()
    let failure = try #require(plugin.failure(of: deed, host))
    #expect(failure.reason == "plugin-crash" && failure.code == .internal)
    #expect(failure.message.contains(how), "\(failure.message)")
    if deed == "emit-and-die" { #expect(host.output == "last words") }
    #expect(plugin.output(of: "nothing") == "done")
    #expect(plugin.state == .ready)
    #expect(tools.node.lines.contains { $0.level == .error && $0.message == failure.message })
  }

  @Test("that crashes again and again rests longer, and is then not started any more")
  func quarantine() throws {
    let tools = try Tools(.worker)
    let plugin = try tools.plugin("deeds")
    var crashes = 0
    while true {
      let failure = try #require(plugin.failure(of: "abort"))
      if failure.reason == "quarantined" { break }
      if failure.code == .internal { crashes += 1 }
    }
    #expect(crashes == WorkerHealth.crashesAtMost)
    guard case .quarantined(let why) = plugin.state else {
      Issue.record("it is \(plugin.state)")
      return
    }
    #expect(why.message.contains("died of SIG") && why.message.contains("orien plugin restart"))
    plugin.restart()
    #expect(plugin.output(of: "nothing") == "done")
  }

  @Test(
    "that says what makes no sense is ended for it",
    arguments: ["frame-too-long", "frame-unknown", "frame-cut", "frame-with-descriptor"])
  func nonsense(deed: String) throws {
    let tools = try Tools(.worker)
    let plugin = try tools.plugin("deeds")
    let failure = try #require(plugin.failure(of: deed))
    #expect(failure.reason == "plugin-misbehaved")
    #expect(plugin.output(of: "nothing") == "done")
  }

  @Test("that speaks of calls which it does not carry is not heard")
  func strangers() throws {
    let tools = try Tools(.worker)
    let plugin = try tools.plugin("deeds")
    #expect(plugin.output(of: "frame-of-nobody") == "done")
  }

  @Test("cannot start or signal processes, nor hoard memory or descriptors")
  func bounds() throws {
    let tools = try Tools(.worker)
    try tools.put("one.so", Fixture.bytes("deeds"))
    var folder = tools.folder
    folder.workers.memoryBytes = 256 << 20
    folder.workers.openFiles = 64
    let plugin = try folder.load(for: tools.node).plugins[0]
    #expect(plugin.output(of: "fork") == "refused")
    #expect(plugin.output(of: "kill-parent") == "refused")
    #expect(plugin.output(of: "open-all") == "no more files")
    // Who brings an allocator that reserves beforehand, as a sanitizer's, is ended by its group.
    let hoarded = plugin.output(of: "hoard")
    #expect(hoarded == "no more memory" || hoarded.hasSuffix("died of SIGKILL)"), "\(hoarded)")
  }

  @Test("is ended with a handler that does not return, and its other calls say so")
  func giveUp() throws {
    let tools = try Tools(.worker)
    let plugin = try tools.plugin("deeds")
    let (spinning, other) = (BegunDeed("spin", of: plugin), BegunDeed("wait", of: plugin))
    #expect(plugin.output(of: "nothing") == "done")
    #expect(!plugin.writeOff(spinning.invocation))
    for deed in [spinning, other] {
      guard case .failed(let failure)? = deed.answers.receive()?.outcome else {
        Issue.record("it returned")
        return
      }
      #expect(failure.reason == "plugin-crash" && failure.message.contains("did not return"))
    }
    #expect(plugin.output(of: "nothing") == "done")
  }

  @Test("that is started anew returns first what it carries, however long that takes")
  func restart() throws {
    let tools = try Tools(.worker)
    try tools.put("one.so", Fixture.bytes("deeds"))
    var folder = tools.folder
    folder.workers.closePatience = .milliseconds(50)
    let plugin = try folder.load(for: tools.node).plugins[0]
    let old = BegunDeed("wait", of: plugin)
    plugin.restart()
    #expect(plugin.output(of: "nothing") == "done")
    // Ten times as long as close() may take.
    #expect(old.answers.receive(within: .milliseconds(500)) == nil)
    #expect(old.returnsWhenCancelled())
    try plugin.close(within: .seconds(30))
  }

  @Test("that was replaced is ended for its own calls, and not its successor")
  func successor() throws {
    let tools = try Tools(.worker)
    let plugin = try tools.plugin("deeds")
    let old = BegunDeed("spin", of: plugin)
    plugin.restart()
    let new = BegunDeed("wait", of: plugin)
    #expect(!plugin.writeOff(old.invocation))
    guard case .failed(let failure)? = old.answers.receive(within: .seconds(20))?.outcome else {
      Issue.record("it returned")
      return
    }
    #expect(failure.message.contains("did not return"))
    #expect(plugin.output(of: "nothing") == "done")
    #expect(new.returnsWhenCancelled())
  }

  @Test("that comes to hold nearly all that it may is replaced, is told of, and loses no call")
  func recycled() throws {
    let tools = try Tools(.worker)
    try tools.put("one.so", Fixture.bytes("deeds"))
    var folder = tools.folder
    folder.workers.openFiles = 256
    let plugin = try folder.load(for: tools.node).plugins[0]
    let old = BegunDeed("wait", of: plugin)
    func isTold() -> Bool {
      tools.node.lines.contains { $0.message.contains("is replaced: its open files have grown") }
    }
    var calls = 0
    while !isTold(), calls < 1000 {
      #expect(plugin.output(of: "open-one") == "done")
      calls += 1
    }
    #expect(isTold() && calls < 1000)
    #expect(plugin.output(of: "nothing") == "done" && plugin.state == .ready)
    // Again at once it is not.
    for _ in 0..<200 { _ = plugin.output(of: "open-one") }
    #expect(tools.node.lines.filter { $0.message.contains("is replaced") }.count == 1)
    #expect(old.returnsWhenCancelled())
  }

  @Test(
    "hears what a call says while it runs, and that it is cancelled, however quick all before it were",
    arguments: ["wait", "cancel-fd"], [0, 3])
  func cancel(deed: String, quick: Int) throws {
    let tools = try Tools(.worker)
    let plugin = try tools.plugin("deeds")
    for _ in 0..<quick { #expect(plugin.output(of: "nothing") == "done") }
    let call = BegunDeed(deed, of: plugin)
    #expect(plugin.output(of: "nothing") == "done")
    #expect(call.returnsWhenCancelled())
  }

  @Test("whose plugin does not open says why, and is tried again later")
  func refused() throws {
    let tools = try Tools(.worker)
    let plugin = try tools.plugin("deeds", ["OPEN_FAILS"])
    let failure = try #require(plugin.failure(of: "nothing"))
    #expect(failure.reason == "engine-away" && failure.message == "open(): there is no engine")
    #expect(plugin.failure(of: "nothing")?.code == .unavailable)
  }

  @Test("whose open() hangs is ended")
  func hangs() throws {
    let tools = try Tools(.worker)
    try tools.put("one.so", Fixture.bytes("stuck", ["STUCK_OPEN"]))
    var folder = tools.folder
    folder.openPatience = .milliseconds(300)
    let plugin = try folder.load(for: tools.node).plugins[0]
    guard case .failed(let failure) = plugin.result(of: "spin", [.integer(0)]).outcome else {
      Issue.record("it ran")
      return
    }
    #expect(failure.message == "open() did not return within 300 ms")
  }

  @Test("writes into the log what its plugin writes on its standard streams")
  func speaks() throws {
    let tools = try Tools(.worker)
    let plugin = try tools.plugin("deeds")
    #expect(plugin.output(of: "speak") == "done")
    try plugin.close(within: .seconds(30))
    let lines = tools.node.lines.map(\.message)
    #expect(lines == ["a line", "on standard output", "and one without end"])
  }

  @Test("is ended when it carries nothing, and started again")
  func idle() throws {
    let tools = try Tools(.worker)
    try tools.put("one.so", Fixture.bytes("stuck", ["NOTED_CLOSE"]))
    var folder = tools.folder
    folder.workers.idlePatience = .milliseconds(20)
    let plugin = try folder.load(for: tools.node).plugins[0]
    for round in 1...3 {
      #expect(plugin.result(of: "spin", [.integer(0)]).outcome == .done)
      waitUntil { tools.node.lines.filter { $0.message == "closed" }.count == round }
    }
  }

  @Test("is gone once its plugin is closed, whatever it started")
  func closed() throws {
    let tools = try Tools(.worker)
    let plugin = try tools.plugin("deeds")
    #expect(plugin.output(of: "threads") == "started")
    try plugin.close(within: .seconds(30))
    #expect(plugin.state == .closed)
    #expect(plugin.failure(of: "nothing")?.reason == "plugin-closed")
  }
}

extension Plugin {
  fileprivate func failure(of name: String, _ host: RecordingCall = RecordingCall()) -> Failure? {
    if case .failed(let failure) = result(of: deed(name), host: host).outcome {
      failure
    } else {
      nil
    }
  }

  fileprivate func output(of name: String) -> String {
    let host = RecordingCall()
    let result = result(of: deed(name), host: host)
    return result.outcome == .done ? host.output : "\(result.outcome)"
  }
}
