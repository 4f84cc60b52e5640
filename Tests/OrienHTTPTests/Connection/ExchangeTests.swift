import Testing

@testable import OrienHTTP

@Suite("Exchanges")
struct ExchangeTests {
  private let continueLine = "HTTP/1.1 100 Continue\r\n\r\n"

  @Test("A client that waits is asked for its body when the handler wants it")
  func continues() {
    let wire = Wire()
    wire.feed(Transcript.request("POST /echo", "Content-Length: 5", "Expect: 100-Continue"))
    #expect(String(decoding: wire.output, as: UTF8.self) == continueLine)
    wire.feed("hello")
    #expect(wire.responses.map(\.status) == [100, 200])
  }

  @Test("A client that waits is not asked for a body that is too large or that nobody wants")
  func doesNotContinue() {
    for (path, status) in [("/echo", 413), ("/ignore", 200), ("/nothing", 404)] {
      let wire = Wire()
      wire.feed(Transcript.request("POST \(path)", "Content-Length: 5000", "Expect: 100-continue"))
      #expect(wire.responses.map(\.status) == [status])
      #expect(wire.isOver, "what it sends next could be the body or a request")
    }
  }

  @Test("A client that does not wait for it is not sent a 100")
  func needsNoContinue() {
    let wire = Wire()
    wire.feed(
      Transcript.request("POST /echo", "Content-Length: 5", "Expect: 100-continue", body: "hello"))
    #expect(wire.responses.map(\.status) == [200])
  }

  @Test("HEAD is answered like GET, without the body")
  func head() throws {
    let wire = Wire()
    wire.feed(Transcript.request("HEAD /tools"))
    let response = try #require(Response.all(in: wire.output, isHead: true).first)
    #expect(response.status == 200)
    #expect(response.field("Content-Length") == "12")
    wire.feed(Transcript.request("HEAD /stream") + "bad\r\n")
    let text = String(decoding: wire.output, as: UTF8.self)
    #expect(!text.contains("one") && !text.contains("0\r\n\r\n"))
    #expect(text.hasSuffix(#"{"status":400,"code":"malformed-request"}"#))
  }

  @Test("A body that nobody wants is passed over when it is short, else the connection ends")
  func discards() {
    for (count, ends) in [(1 << 16, false), (1 << 16 + 1, true)] {
      let wire = Wire()
      wire.feed(Transcript.request("POST /ignore", "Content-Length: \(count)"))
      wire.feed([UInt8](repeating: 0x61, count: count))
      wire.feed(Transcript.request("GET /tools"))
      #expect(wire.responses.map(\.status) == (ends ? [200] : [200, 200]))
      #expect(wire.isOver == ends)
    }
  }

  @Test("A paused upload stops the client, and goes on where it stopped")
  func backPressure() {
    let wire = Wire()
    wire.feed(Transcript.request("POST /upload", "Content-Length: 90000"))
    wire.handler.upload?.pauseBody()
    #expect(!wire.wantsRead)
    wire.feed([UInt8](repeating: 0x61, count: 90_000))
    #expect(wire.handler.uploadedBytes == 0)
    wire.handler.upload?.resumeBody()
    #expect(wire.wantsRead)
    wire.feed([])
    #expect(wire.responses.map(\.body) == ["90000 bytes"])
  }

  @Test("A client that goes away during an upload aborts it")
  func abortedUpload() {
    let wire = Wire()
    wire.feed(Transcript.request("POST /upload", "Content-Length: 90000", body: "abc"))
    wire.connection.close()
    #expect(wire.handler.aborts == 1)
    #expect(wire.service.connections.isEmpty)
  }

  @Test("A client that goes away while the handler thinks is told of, and is still answered")
  func disconnect() {
    let wire = Wire()
    wire.feed(Transcript.request("GET /keep"))
    wire.end()
    #expect(wire.handler.disconnects == 1)
    #expect(!wire.isOver)
    wire.handler.kept[0].respond(.ok, .text("late"))
    #expect(wire.responses.map(\.body) == ["late"])
    #expect(wire.isClosed)
    #expect(wire.handler.disconnects == 1)
  }

  @Test("An exchange whose connection is lost takes its answer in silence")
  func lostExchange() {
    let wire = Wire()
    wire.feed(Transcript.request("GET /keep"))
    wire.connection.close()
    #expect(wire.handler.disconnects == 1)
    #expect(!wire.handler.kept[0].isOpen)
    wire.handler.kept[0].respond(.ok, .text("late"))
    wire.handler.kept.removeAll()
    #expect(wire.output.isEmpty)
  }

  @Test("An exchange that is let go of late answers 500 then")
  func forgotten() {
    let wire = Wire()
    wire.feed(Transcript.request("GET /keep"))
    #expect(wire.output.isEmpty)
    wire.handler.kept.removeAll()
    #expect(wire.responses.map(\.status) == [500])
    #expect(wire.service.counts.forgotten == 1)
  }

  @Test("A second answer to one request is a bug of the program")
  func answeredTwice() async {
    await #expect(processExitsWith: .failure) {
      let wire = Wire()
      wire.feed(Transcript.request("GET /keep"))
      wire.handler.kept[0].respond(.ok)
      wire.handler.kept[0].respond(.ok)
    }
  }

  @Test("Requests sent ahead wait for the present one, within bounds")
  func pipelining() {
    let wire = Wire()
    let ahead = String(repeating: Transcript.request("GET /hello/x"), count: 100)
    wire.feed(Transcript.request("GET /keep") + ahead)
    #expect(wire.output.isEmpty)
    #expect(!wire.wantsRead)
    #expect(wire.connection.input.count <= InputBuffer.usualBytes)
    wire.handler.kept[0].respond(.ok, .text("first"))
    wire.feed([])
    #expect(wire.responses.count == 101)
    #expect(wire.responses[0].body == "first")
  }

  @Test("A field's value cannot end the field")
  func splitting() {
    let wire = Wire()
    wire.feed(Transcript.request("GET /keep"))
    wire.handler.kept[0].respond(
      .ok, HTTPContent(type: "a\r\nb", bytes: []), fields: [HTTPField("X", "c\r\nSet-Cookie: d")])
    #expect(wire.responses[0].field("X") == "c  Set-Cookie: d")
    #expect(wire.responses[0].field("Content-Type") == "a  b")
    #expect(wire.responses[0].field("Set-Cookie") == nil)
  }

  @Test("204 and 304 have neither body nor length")
  func withoutBody() {
    for status in [HTTPStatus.noContent, .notModified] {
      let wire = Wire()
      wire.feed(Transcript.request("GET /keep"))
      wire.handler.kept[0].respond(status, .text("never sent"))
      let text = String(decoding: wire.output, as: UTF8.self)
      #expect(text.hasSuffix("\r\n\r\n"))
      #expect(!text.contains("Content-Length") && !text.contains("Content-Type:"))
    }
  }

  @Test("A request that is kept stays what it was, whatever comes behind it")
  func keptRequest() {
    let wire = Wire()
    wire.feed(Transcript.request("GET /keep-request/first", "X-Test: first"))
    let request = wire.handler.requests[0]
    wire.feed(Transcript.request("GET /keep-request/other", "X-Test: other"))
    #expect(request.path.description == "/keep-request/first")
    #expect(request.header("x-test") == "first")
    #expect(wire.handler.requests[1].header("x-test") == "other")
  }
}
