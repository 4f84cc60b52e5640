import COrienABI
import OrienKit
import Testing

private let greeter = Plugin(id: "com.example.greet", version: "1.0.0") {
  Tool(
    "greet", "Greets somebody.", title: "Greet", units: ["greeting"],
    limits: Limits(wallMilliseconds: 5000, processes: 7),
    .text("name", "Whom", .length(1...10)),
    .integer("times", "How often", default: 1, .between(1...9)),
    .optional(.number("volume", "How loud")), .secret(.text("token", "A key"))
  ) { call, name, times, volume, token in
    for _ in 0..<times { try call.emit("Hello, \(name)\n") }
    if let volume { try call.emitError("volume \(volume)") }
    try call.meter("greeting", UInt64(times))
    try call.fact(["quiet": .bool(volume == nil)])
  }
  Tool("fails", "Fails.", .bool("known", "By a Failure")) { call, isKnown in
    struct Stranger: Error {}
    if isKnown { throw Failure(.conflict, "it is there already", reason: "exists") }
    throw Stranger()
  }
  Tool("waits", "Waits.") { call in
    try call.checkCancelled()
    try call.emit("done")
  }
}

private let scripts = Plugin(id: "com.example.scripts", version: "1.0.0", needs: ["program:awk"]) {
  Tool.script("one", "Runs.", by: "sh")
  Tool.script("two", "Runs.", by: "awk")
}

@Suite("A plugin's handlers")
struct HandlerTests {
  let node = FakeNode()

  @Test("Arguments arrive with their Swift types, and output, facts and units reach the node")
  func typed() {
    let status = node.run(
      greeter, "greet", #"{"name":"Ada","times":2,"volume":1.5,"token":"k"}"#)
    #expect(status == orien_status(ORIEN_OK))
    #expect(node.streams[UInt32(ORIEN_OUTPUT)] == "Hello, Ada\nHello, Ada\n")
    #expect(node.streams[UInt32(ORIEN_ERRORS)] == "volume 1.5")
    #expect(node.streams[UInt32(ORIEN_FACT)] == #"{"quiet":false}"#)
    #expect(node.metered == ["greeting": 2])
  }

  @Test("An optional argument that was left out is nil, and 1.0 is a whole number")
  func optional() {
    let status = node.run(greeter, "greet", #"{"name":"Ada","times":1.0,"token":"k"}"#)
    #expect(status == orien_status(ORIEN_OK))
    #expect(node.streams[UInt32(ORIEN_FACT)] == #"{"quiet":true}"#)
  }

  @Test("A plugin of scripts needs what runs programs, said once beside what it says itself")
  func needs() {
    func needs(_ plugin: Plugin) -> [String] {
      var texts: [String] = []
      var next = plugin.table.pointee.needs
      while let text = next?.pointee {
        texts.append(String(cString: text))
        next = next?.advanced(by: 1)
      }
      return texts
    }
    #expect(needs(scripts) == ["program:awk", "orien.process/1"])
    #expect(needs(greeter) == [])
  }

  @Test("What a handler throws is the call's failure")
  func thrown() {
    #expect(node.run(greeter, "fails", #"{"known":true}"#) == orien_status(ORIEN_CONFLICT))
    #expect(node.failure?.reason == "exists")
    #expect(node.failure?.message == "it is there already")
    #expect(node.run(greeter, "fails", #"{"known":false}"#) == orien_status(ORIEN_INTERNAL))
    #expect(node.failure?.message == "Stranger()")
  }

  @Test(
    "A value of another type than declared is refused by name",
    arguments: [#"{"known":1}"#, "{}", #"{"known":null}"#])
  func wrong(_ json: String) {
    #expect(node.run(greeter, "fails", json) == orien_status(ORIEN_INVALID))
    #expect(node.failure?.message.hasPrefix("args.known: ") == true)
  }

  @Test("A cancelled call ends as cancelled, and so does one whose output is refused")
  func cancelled() {
    node.isCancelled = true
    #expect(node.run(greeter, "waits", "{}") == orien_status(ORIEN_CANCELLED))
    node.isCancelled = false
    node.emitAnswer = orien_status(ORIEN_LIMITED)
    #expect(node.run(greeter, "waits", "{}") == orien_status(ORIEN_LIMITED))
  }

  @Test("A call that ends before the kit's first version is not touched")
  func short() {
    #expect(node.run(greeter, "waits", "{}", callBytes: 16) == orien_status(ORIEN_INTERNAL))
    #expect(node.streams.isEmpty)
  }

  @Test("The table declares arguments, rules and limits as the header has them")
  func declared() throws {
    let handler = greeter.handler("greet").pointee
    #expect(handler.flags == UInt32(ORIEN_PACKED))
    #expect(handler.role == nil)
    #expect(texts(handler.units) == ["greeting"])
    #expect(handler.limits.pointee.wall_ms == 5000)
    #expect(handler.limits.pointee.processes == 7)
    #expect(handler.limits.pointee.memory_bytes == 0)
    let arguments = (0..<4).compactMap { handler.args[$0]?.pointee }
    #expect(handler.args[4] == nil)
    #expect(arguments.map { $0.type } == [4, 2, 3, 4].map { orien_type($0) })
    let required = UInt32(ORIEN_REQUIRED)
    #expect(arguments.map(\.flags) == [required, 0, 0, required | UInt32(ORIEN_SECRET)])
    #expect(String(cString: arguments[0].rules) == #"{"maxLength":10,"minLength":1}"#)
    #expect(String(cString: arguments[1].fallback) == "1")
    #expect(arguments[2].fallback == nil)
  }
}
