import OrienKernel
import OrienModel
import OrienSandbox
import OrienTestKit
import Testing

@Suite("Kernel: declared tools")
struct DeclaredTests {
  private static let greets = Library.declared(
    "greet",
    #"""
    {"command": ["true", "--", "{name}"], "limits": {"wallMilliseconds": 5000, "memoryBytes": 1048576},
     "network": "loopback", "price": {"perCall": 3}, "args": [{"name": "name", "type": "text"}]}
    """#)

  @Test("A program goes on in the jail with its words, limits and price")
  func program() throws {
    try World.with([Self.greets]) { world in
      let id = try world.submit("greet", #"{"name":"a $(b)"}"#).id
      let process = try world.process()
      #expect(process.request.arguments == ["true", "--", "a $(b)"])
      #expect(process.request.limits.wallMilliseconds == 5000)
      #expect(process.request.limits.memoryBytes == 1 << 20)
      #expect(process.request.network == .loopback)
      process.exit(0)
      let record = try world.end(of: id)
      #expect(record.status == .completed && record.costMicroUnits == 3)
    }
  }

  @Test("A program is refused before it is accepted where nothing walls programs in")
  func unwalled() throws {
    try World.with([Self.greets]) { world in
      world.jail.capabilities = JailCapabilities(
        enforcedBy: [:], killsByGroup: false, metersByGroup: false, confinesSignals: false,
        walls: JailCapabilities.Walls.none)
      expectRefusal(.unavailable, "unsafe") { try world.submit("greet", "{}") }
      #expect(world.jail.processes.isEmpty && world.kernel.counters.accepted == 0)
    }
  }

  @Test("A program that is missing is refused before it is accepted, and a function runs in none")
  func missing() throws {
    let lacking = Library.declared("lacking", #"{"command": ["no-such-program"]}"#)
    let function = Library.declared(
      "zlib", #"{"library": "libz.so.1", "symbol": "zlibVersion", "returns": "text"}"#)
    try World.with([lacking, function]) { world in
      expectRefusal(.unavailable, "no-program") { try world.submit("lacking", "{}") }
      #expect(world.kernel.counters.accepted == 0)
      let id = try world.submit("zlib", "{}").id
      #expect(try world.end(of: id).status == .completed)
      #expect(try world.text(of: id).hasPrefix("1."))
      #expect(world.jail.processes.isEmpty)
    }
  }
}
