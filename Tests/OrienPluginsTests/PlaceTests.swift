import OrienModel
import OrienSystem
import Testing

@testable import OrienPlugins

@Suite("Places of the machine's")
struct PlaceTests {
  @Test(
    "are made, shown something at and cleared, in the node and in a worker",
    arguments: Isolation.allCases)
  func asks(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("services")
    let host = RecordingCall()
    #expect(plugin.result(of: "places", [.text("/places/one")], host: host).outcome == .done)
    #expect(host.output == "0 /places/one 0 1 0 1")
    #expect(
      host.kept.placed == [
        .make, .clear(keeping: ["/places/one", "/places/other"]),
        .show("/places/one", readsOnly: true),
      ])
  }

  @Test("that are not there are told as such", arguments: Isolation.allCases)
  func misses(_ isolation: Isolation) throws {
    let tools = try Tools(isolation)
    let plugin = try tools.plugin("services")
    let host = RecordingCall()
    #expect(plugin.result(of: "places", [.text("missing")], host: host).outcome == .done)
    #expect(host.output == "0 /places/one 0 1 3 1")
  }

  @Test("are asked nothing about for a call that is cancelled")
  func cancelled() throws {
    let tools = try Tools(.node)
    let plugin = try tools.plugin("services")
    let host = RecordingCall(isCancelled: true)
    _ = plugin.result(of: "places", [.text("/places/one")], host: host)
    #expect(host.kept.placed == [])
  }

  @Test("stand in frames as they were asked for, and nothing else does")
  func frames() throws {
    let asked: [PlaceRequest] = [
      .make, .show("/a", readsOnly: false), .clear(keeping: []), .clear(keeping: ["/a", "/b"]),
    ]
    for request in asked {
      let bytes = Packer.bytes(of: request)
      #expect(try Unpacker.part(of: bytes) == request)
      #expect(throws: Failure.self) {
        _ = try Unpacker.part(of: Array(bytes.dropLast())) as PlaceRequest
      }
    }
    let long = String(repeating: "a", count: PlaceRequest.pathBytes + 1)
    for wrong in [PlaceRequest.show(long, readsOnly: true), .show("a\0", readsOnly: true)] {
      #expect(throws: Failure.self) {
        _ = try Unpacker.part(of: Packer.bytes(of: wrong)) as PlaceRequest
      }
    }
  }
}
