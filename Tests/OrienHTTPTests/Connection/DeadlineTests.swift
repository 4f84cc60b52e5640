import Testing

@testable import OrienHTTP

@Suite("Deadlines of a connection")
struct DeadlineTests {
  @Test("A head that comes byte by byte is cut off at its deadline with 408")
  func slowHead() {
    let wire = Wire()
    for byte in Array("GET /tools HTTP/1.1\r\nHost:".utf8).prefix(9) {
      wire.feed([byte])
      wire.pass(.seconds(1))
      #expect(!wire.isOver)
    }
    wire.pass(.seconds(1))
    #expect(wire.responses.map(\.status) == [408])
    #expect(wire.isOver)
  }

  @Test("A client that says nothing at all is closed at the head's deadline without an answer")
  func silence() {
    let wire = Wire()
    wire.pass(.seconds(9))
    #expect(!wire.isClosed)
    wire.pass(.seconds(1))
    #expect(wire.isClosed && wire.output.isEmpty)
  }

  @Test("An idle connection is closed after its own, longer deadline")
  func idle() {
    let wire = Wire()
    wire.feed(Transcript.request("GET /tools"))
    wire.pass(.seconds(59))
    wire.feed(Transcript.request("GET /tools"))
    wire.pass(.seconds(59))
    #expect(!wire.isClosed)
    wire.pass(.seconds(1))
    #expect(wire.isClosed)
    #expect(wire.responses.map(\.status) == [200, 200])
  }

  @Test("A second head has a deadline of its own from its first byte")
  func slowSecondHead() {
    let wire = Wire()
    wire.feed(Transcript.request("GET /tools"))
    wire.pass(.seconds(30))
    wire.feed("G")
    wire.pass(.seconds(10))
    #expect(wire.responses.map(\.status) == [200, 408])
  }

  @Test("A body below the minimum rate is cut off with 408", arguments: ["/echo", "/upload"])
  func slowBody(_ path: String) {
    let wire = Wire()
    wire.feed(Transcript.request("POST \(path)", "Content-Length: 900", body: "x"))
    for _ in 0..<9 {
      wire.pass(.seconds(1))
      wire.feed("x")
    }
    #expect(wire.output.isEmpty)
    wire.pass(.seconds(1))
    #expect(wire.responses.map(\.status) == [408])
    #expect(wire.handler.aborts == (path == "/upload" ? 1 : 0))
  }

  @Test("A body above the minimum rate may take as long as it needs")
  func steadyBody() {
    let wire = Wire()
    wire.feed(Transcript.request("POST /upload", "Content-Length: 90000"))
    for _ in 0..<30 {
      wire.feed([UInt8](repeating: 0x61, count: 3000))
      wire.pass(.seconds(10))
    }
    #expect(wire.responses.map(\.body) == ["90000 bytes"])
  }

  @Test("The time in which the receiver itself paused a body is not the client's")
  func pausedBody() {
    let wire = Wire()
    wire.feed(Transcript.request("POST /upload", "Content-Length: 5"))
    wire.handler.upload?.pauseBody()
    wire.pass(.seconds(3600))
    #expect(!wire.isOver)
    wire.handler.upload?.resumeBody()
    wire.feed("hello")
    #expect(wire.responses.map(\.body) == ["5 bytes"])
  }

  @Test("A client that takes nothing of its answer is cut")
  func stalledReader() {
    let wire = Wire()
    wire.window = 1000
    wire.feed(Transcript.request("GET /large"))
    wire.pass(.seconds(9))
    wire.drain(100)
    #expect(!wire.isClosed)
    wire.pass(.seconds(1))
    #expect(wire.isClosed)
  }

  @Test("A client that takes little, out of the kernel's buffers, is cut when it takes nothing")
  func slowReader() {
    let wire = Wire()
    wire.window = 1000
    wire.unacknowledgedBytes = 1_000_000
    wire.feed(Transcript.request("GET /large"))
    for _ in 0..<30 {
      wire.unacknowledgedBytes -= 3000
      wire.pass(.seconds(10))
    }
    #expect(!wire.isClosed)
    wire.pass(.seconds(10))
    #expect(wire.isClosed)
  }

  @Test("What waits to be sent has a bound in all: beyond it who does not take his answer is cut")
  func unsentInAll() {
    var limits = HTTPLimits()
    limits.unsentBytesInAll = 20 << 20
    let first = Wire(limits)
    let others = [Wire(beside: first), Wire(beside: first)]
    for wire in [first] + others {
      wire.window = 0
      wire.feed(Transcript.request("GET /large"))
    }
    #expect([first, others[0]].allSatisfy { !$0.isClosed } && others[1].isClosed)
    first.drain(.max)
    let next = Wire(beside: first)
    next.window = 0
    next.feed(Transcript.request("GET /large"))
    #expect(!next.isClosed && first.responses.map(\.body.utf8.count) == [8 << 20])
    next.connection.close()
    others[0].connection.close()
    #expect(first.service.unsentBytes == 0)
  }

  @Test("A client that takes its answer steadily gets all of it")
  func steadyReader() {
    let wire = Wire()
    wire.window = 0
    wire.feed(Transcript.request("GET /large"))
    while wire.wantsWrite {
      wire.drain(1 << 20)
      wire.pass(.seconds(10))
    }
    #expect(wire.responses.map(\.body.utf8.count) == [8 << 20])
  }

  @Test("While the handler thinks, no deadline runs")
  func thinking() {
    let wire = Wire()
    wire.feed(Transcript.request("GET /keep"))
    wire.pass(.seconds(86_400))
    #expect(!wire.isOver)
    wire.handler.kept[0].respond(.ok, .text("at last"))
    #expect(wire.responses.map(\.body) == ["at last"])
  }

  @Test("Behind a refusal the server listens a while, and then no longer")
  func linger() {
    let wire = Wire()
    wire.feed("nonsense\r\n")
    #expect(wire.isSendingFinished && !wire.isClosed)
    wire.feed([UInt8](repeating: 0, count: 1 << 20))
    #expect(!wire.isClosed)
    wire.pass(.seconds(2))
    #expect(wire.isClosed)
  }

  @Test("Behind a refusal the server listens to so much, and then no longer")
  func lingerBytes() {
    var limits = HTTPLimits()
    limits.lingerBytes = 100_000
    let wire = Wire(limits)
    wire.feed("nonsense\r\n" + String(repeating: "x", count: 200_000))
    #expect(wire.isClosed)
    #expect(wire.responses.map(\.status) == [400])
  }
}
