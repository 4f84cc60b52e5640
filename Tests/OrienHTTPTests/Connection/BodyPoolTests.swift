import Testing

@testable import OrienHTTP

@Suite("What collected bodies hold together")
struct BodyPoolTests {
  private let limits: HTTPLimits
  private let free = BodyPool.freeBytes

  init() {
    var limits = HTTPLimits()
    limits.collectedBytes = 100_000
    self.limits = limits
  }

  private func begin(_ wire: Wire, _ framing: String = "Content-Length: 200000", sending count: Int)
  {
    wire.feed(Transcript.request("POST /collect", framing))
    wire.feed([UInt8](repeating: 0x61, count: count))
  }

  @Test("A body for which there is no room is refused, with when to come again; small ones pass")
  func full() throws {
    let first = Wire(limits)
    begin(first, sending: free + 60_000)
    let second = Wire(beside: first)
    begin(second, sending: free + 40_000)
    #expect(first.service.bodies.usedBytes == 100_000)
    second.feed([0x61])
    let refusal = try #require(second.responses.first)
    #expect(refusal.status == 503)
    #expect(refusal.field("Retry-After") == "1")
    #expect(refusal.body.contains("bodies-full"))
    #expect(second.isOver, "what comes next is the rest of the body")
    #expect(first.service.bodies.usedBytes == 60_000)
    let third = Wire(beside: first)
    begin(third, "Content-Length: \(free)", sending: free)
    #expect(third.responses.map(\.body) == ["\(free) bytes"])
  }

  @Test("Nobody from elsewhere fills more than half of it alone")
  func shares() throws {
    let first = Wire(limits, from: "192.0.2.1:1000")
    begin(first, sending: free + 30_000)
    let second = Wire(from: "192.0.2.1:1001", beside: first)
    begin(second, sending: free + 20_000)
    #expect(first.service.bodies.usedBytes == 50_000)
    second.feed([0x61])
    #expect(second.responses.map(\.status) == [503])
    let other = Wire(from: "192.0.2.2:1000", beside: first)
    begin(other, sending: free + 50_000)
    #expect(other.responses.isEmpty)
    for wire in [first, other] { wire.connection.close() }
    #expect(first.service.bodies.usedBytes == 0)
    let again = Wire(from: "192.0.2.1:1002", beside: first)
    begin(again, sending: free + 50_000)
    #expect(again.responses.isEmpty, "what was given back is there again")
  }

  @Test("What was held is free again however the body ends", arguments: ["end", "close", "late"])
  func free(by end: String) throws {
    let wire = Wire(limits)
    begin(wire, sending: free + 60_000)
    #expect(wire.service.bodies.usedBytes == 60_000)
    switch end {
    case "end":
      wire.feed([UInt8](repeating: 0x61, count: 40_000))
      wire.connection.close()
    case "close": wire.connection.close()
    default:
      wire.pass(.seconds(10))
      wire.pass(.seconds(10))
      #expect(wire.responses.map(\.status) == [408])
    }
    #expect(wire.service.bodies.usedBytes == 0)
    let next = Wire(beside: wire)
    begin(next, "Content-Length: 110000", sending: 110_000)
    #expect(next.responses.map(\.body) == ["110000 bytes"])
    #expect(wire.service.bodies.usedBytes == 0)
  }

  @Test("Chunks count as they come, and what streams or is passed over does not")
  func kinds() {
    let wire = Wire(limits)
    wire.feed(Transcript.request("POST /collect", "Transfer-Encoding: chunked"))
    wire.feed("e290\r\n" + String(repeating: "a", count: 0xe290) + "\r\n")
    #expect(wire.service.bodies.usedBytes == 0xe290 - free)
    wire.feed("0\r\n\r\n")
    #expect(wire.responses.map(\.body) == ["\(0xe290) bytes"])
    wire.feed(Transcript.request("POST /upload", "Content-Length: 90000"))
    wire.feed([UInt8](repeating: 0x61, count: 80_000))
    #expect(wire.service.bodies.usedBytes == 0)
  }
}
