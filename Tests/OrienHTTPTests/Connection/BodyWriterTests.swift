import Testing

@testable import OrienHTTP

@Suite("Answers written piece by piece")
struct BodyWriterTests {
  private func flooding(_ limits: HTTPLimits = HTTPLimits()) -> (Wire, HTTPBodyWriter) {
    let wire = Wire(limits)
    wire.feed(Transcript.request("GET /flood"))
    return (wire, wire.handler.writers.removeLast())
  }

  @Test("A writer that is let go of before its end cuts the connection")
  func half() {
    let wire = Wire()
    wire.feed(Transcript.request("GET /half"))
    #expect(wire.isClosed && !wire.isSendingFinished)
    #expect(!String(decoding: wire.output, as: UTF8.self).hasSuffix("0\r\n\r\n"))
  }

  @Test("A writer that waits for its client writes all, within a bounded buffer")
  func drains() {
    let (wire, writer) = flooding()
    wire.window = 0
    var left = 100
    var most = 0
    func fill() {
      while writer.isWritable, left > 0 {
        writer.write([UInt8](repeating: 0x61, count: 10_000))
        left -= 1
        most = max(most, writer.unsentBytes)
      }
      if left == 0 { writer.finish() }
    }
    writer.onDrain(fill)
    fill()
    while wire.wantsWrite { wire.drain(50_000) }
    #expect(wire.responses.map(\.body.utf8.count) == [1_000_000])
    #expect(most < 100_000)
    wire.feed(Transcript.request("GET /tools"))
    wire.drain(.max)
    #expect(wire.responses.count == 2)
  }

  @Test("A writer that does not wait is cut at the bound")
  func bound() {
    var limits = HTTPLimits()
    limits.unsentBytes = 50_000
    let (wire, writer) = flooding(limits)
    wire.window = 0
    for _ in 0..<6 { writer.write([UInt8](repeating: 0x61, count: 10_000)) }
    #expect(wire.isClosed && !writer.isOpen)
    #expect(wire.handler.cuts == 1)
  }

  @Test("A client that only half closes still gets the whole answer")
  func halfClosed() {
    let (wire, writer) = flooding()
    var disconnects = 0
    writer.onDisconnect { disconnects += 1 }
    wire.end()
    #expect(disconnects == 1)
    writer.write(Array("rest".utf8))
    writer.finish()
    #expect(wire.responses.map(\.body) == ["rest"])
    #expect(wire.isClosed)
  }

  @Test("Who asks late whether the client is gone is told at once")
  func late() {
    let (wire, writer) = flooding()
    wire.connection.close()
    var told = 0
    writer.onClose { told += 1 }
    writer.write([1])
    writer.finish()
    #expect(told == 1 && wire.handler.cuts == 1)
  }
}
