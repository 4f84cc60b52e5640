import COrienABI
import OrienKit
import Testing

private let plugin = Plugin(id: "com.example.services", version: "1.0.0") {
  Tool.script("ruby_script", "Runs Ruby.", by: "ruby", options: ["-w"])
  Tool("runs", "Runs a program.") { call in
    let captured = try call.run(Command("true"), capturing: 4)
    try call.emit(String(decoding: captured.output, as: UTF8.self))
    try call.emit(" \(captured.exit.reason) \(captured.exit.code ?? -1)")
    try call.ended(captured.exit)
  }
  Tool("keeps", "Writes, then reads.") { call in
    let revision = try call.host.store.put("a", [1], over: .absent)
    try call.emit("put \(revision == .absent)")
    _ = try call.host.store.value("a")
  }
  Tool("cuts", "Runs what cannot be run.", .text("variable", "Its name")) { call, variable in
    try call.exec(Command("true", environment: [variable: "1"]))
  }
  Tool("names", "Hands a text to the node.", .text("to", "Where"), .text("text", "It")) {
    call, place, text in
    switch place {
    case "put": try call.host.store.put(text, [1])
    case "value": _ = try call.host.store.value(text)
    case "remove": try call.host.store.remove(text)
    case "prefix": _ = try call.host.store.keys(prefix: text)
    case "after": _ = try call.host.store.keys(after: text)
    case "file": _ = try call.openFile(text)
    case "unit": try call.meter(text, 1)
    case "log": call.log(.info, text)
    default: throw Failure(.denied, text, reason: text)
    }
  }
  Tool("lasts", "Has programs outlive it.", .text("name", "Of one")) { call, name in
    try call.lasting.start(name, Command("qemu", ["-x"]), Limits(memoryBytes: 9))
    let status = try call.lasting.status(name)
    try call.emit(
      "\(status?.isRunning ?? true) \(status?.exit?.code ?? 0) \(status?.startedMilliseconds ?? 0)")
    let (none, output) = (try call.lasting.status("absent"), try call.lasting.output(name))
    try call.emit(" \(none == nil) \(output == nil) \(try call.lasting.names())")
    try call.lasting.stop(name, graceMilliseconds: 3)
  }
  Tool("logs", "Writes to a log that may not be there.") { call in call.log(.info, "here") }
}

@Suite("Services of the node")
struct ServiceTests {
  let node = FakeNode()

  @Test(
    "A script whose name looks like an option reaches its interpreter as a file",
    arguments: ["-c", "--version", "-e process.exit", "--inspect=0.0.0.0", "sub/-c", "a.rb"])
  func scriptName(_ name: String) {
    let status = node.run(
      plugin, "ruby_script",
      #"{"script":"\#(name)","args":["-x","a b"],"stdin":"in","env":{"B":"2","A":"1"}}"#)
    #expect(status == orien_status(ORIEN_EXEC))
    #expect(node.command?.argv == ["ruby", "-w", "./" + name, "-x", "a b"])
    #expect(node.command?.env == ["A=1", "B=2"])
    #expect(node.command?.input == "in")
  }

  @Test("A script's environment holds strings alone", arguments: [#"{"A":1}"#, "[]", "null"])
  func scriptEnvironment(_ environment: String) {
    let arguments = #"{"script":"a","args":[],"stdin":"","env":\#(environment)}"#
    #expect(node.run(plugin, "ruby_script", arguments) == orien_status(ORIEN_INVALID))
    #expect(node.command == nil)
  }

  @Test("A variable's name cannot smuggle in another's value", arguments: ["A=B", "", "A\\u0000"])
  func variable(_ name: String) {
    #expect(
      node.run(plugin, "cuts", #"{"variable":"\#(name)"}"#) == orien_status(ORIEN_INVALID))
    #expect(node.command == nil)
  }

  @Test(
    "A text with a NUL is not taken for the shorter one that C reads",
    arguments: ["put", "value", "remove", "prefix", "after", "file", "unit"])
  func cutShort(_ place: String) {
    let arguments = #"{"to":"\#(place)","text":"a\u0000b"}"#
    #expect(node.run(plugin, "names", arguments) == orien_status(ORIEN_INVALID))
    #expect(node.failure?.message.contains("NUL") == true)
    #expect(node.keys.isEmpty && node.metered.isEmpty)
  }

  @Test("What people read goes on behind a NUL, and a reason with one is none")
  func goesOn() {
    #expect(
      node.run(plugin, "names", #"{"to":"fail","text":"a\u0000b"}"#) == orien_status(ORIEN_DENIED))
    #expect(node.failure?.message == "a\u{FFFD}b")
    #expect(node.failure?.reason == nil)
    #expect(
      node.run(plugin, "names", #"{"to":"log","text":"a\u0000b"}"#) == orien_status(ORIEN_OK))
    #expect(node.lines == ["a\u{FFFD}b"])
  }

  @Test("A program's output is copied, and a reason that the kit has no name for is a limit")
  func run() {
    #expect(node.run(plugin, "runs", "{}") == orien_status(ORIEN_OK))
    #expect(node.streams[UInt32(ORIEN_OUTPUT)] == "xxxx limit 3")
    #expect(node.ended?.code == 3)
  }

  @Test("A function beyond the end of an older node's table is not called, those before it are")
  func older() {
    #expect(node.run(plugin, "keeps", "{}") == orien_status(ORIEN_UNAVAILABLE))
    #expect(node.streams[UInt32(ORIEN_OUTPUT)] == "put false")
    #expect(node.failure?.message == "this node (1.2.3) does not offer orien.state/1")
  }

  @Test("What lasts is started outside with its own limits, and one that is absent is nil")
  func lasting() {
    #expect(node.run(plugin, "lasts", #"{"name":"web-1"}"#) == orien_status(ORIEN_OK))
    #expect(node.command?.argv == ["qemu", "-x"])
    #expect(node.keys == ["web-1 9", "web-1 3"])
    #expect(
      node.streams[UInt32(ORIEN_OUTPUT)] == #"false 7 5 true true ["a", "b"]"#)
    #expect(node.run(plugin, "lasts", #"{"name":"runs"}"#) == orien_status(ORIEN_CONFLICT))
    #expect(node.run(plugin, "lasts", #"{"name":"a\u0000b"}"#) == orien_status(ORIEN_INVALID))
  }

  @Test("Without a service its callers fail as unavailable, and logging goes on in silence")
  func absent() {
    node.hasServices = false
    #expect(node.run(plugin, "runs", "{}") == orien_status(ORIEN_UNAVAILABLE))
    #expect(node.run(plugin, "logs", "{}") == orien_status(ORIEN_OK))
  }
}
