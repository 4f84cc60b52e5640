import COrienABI
import OrienKit
import Testing

private struct Lamp: Sendable { var watts: Int }

private let lamps = Plugin(
  id: "com.example.lamps", version: "1.0.0", settings: .integer("watts", "How bright", default: 60),
  open: { _, watts in Lamp(watts: watts) }
) {
  Handler<Lamp>.operation(
    "light", of: "lamp/1", "Lights one.", .text("colour", "In which colour", default: "white")
  ) { call, lamp, colour in
    ["colour": .string(colour), "watts": .integer(lamp.watts)]
  }
}

private let switches = Plugin(id: "com.example.switches", version: "1.0.0") {
  Handler.operation("dim", of: "lamp/1", "Ends one.", .text("name", "Which")) { call, name in
    guard name == "hall" else { throw Failure(.notFound, "there is no \(name)", reason: "no-lamp") }
    return [:]
  }
}

@Suite("A role's operations in the kit")
struct OperationTests {
  let node = FakeNode()

  @Test("are handlers of the role, and no tools")
  func declared() {
    let handler = switches.handler("dim").pointee
    #expect(String(cString: handler.role) == "lamp/1")
    #expect(String(cString: handler.result_type) == "application/json")
  }

  @Test("answer with what their closure returns")
  func answers() {
    #expect(node.run(switches, "dim", #"{"name":"hall"}"#) == orien_status(ORIEN_OK))
    #expect(node.streams[UInt32(ORIEN_OUTPUT)] == "{}")
  }

  @Test("fail as their closure throws, and answer nothing then")
  func fails() {
    #expect(node.run(switches, "dim", #"{"name":"attic"}"#) == orien_status(ORIEN_NOT_FOUND))
    #expect(node.failure?.reason == "no-lamp")
    #expect(node.streams.isEmpty)
  }

  @Test("work with what open() made")
  func opened() throws {
    let (status, lamp) = node.open(lamps, #"{"watts":40}"#)
    #expect(status == orien_status(ORIEN_OK))
    let colour = #"{"colour":"red"}"#
    #expect(node.run(lamps, "light", colour, opened: lamp) == orien_status(ORIEN_OK))
    #expect(node.streams[UInt32(ORIEN_OUTPUT)]?.contains("40") == true)
    lamps.table.pointee.close(lamp)
  }
}
