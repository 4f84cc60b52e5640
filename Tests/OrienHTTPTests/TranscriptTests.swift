import Testing

@testable import OrienHTTP

@Suite("Transcripts without a socket")
struct TranscriptTests {
  @Test("Each request is answered as the table says", arguments: Transcript.all)
  func answered(_ transcript: Transcript) {
    let wire = Wire()
    wire.feed(transcript.input)
    transcript.expect(wire.output, isOver: wire.isOver)
  }

  @Test("However the bytes are cut in two, the answers are the same", arguments: Transcript.small)
  func cutInTwo(_ transcript: Transcript) {
    let handler = SampleHandler()
    for cut in 1..<transcript.input.count {
      let wire = Wire(handler: handler)
      wire.feed(Array(transcript.input[..<cut]))
      wire.feed(Array(transcript.input[cut...]))
      transcript.expect(wire.output, isOver: wire.isOver)
    }
  }

  @Test("Byte by byte, the answers are the same", arguments: Transcript.small)
  func cutEverywhere(_ transcript: Transcript) {
    let wire = Wire()
    for byte in transcript.input { wire.feed([byte]) }
    transcript.expect(wire.output, isOver: wire.isOver)
  }

  @Test(
    "However slowly the client takes the answers, they are the same", arguments: Transcript.sound)
  func slowReader(_ transcript: Transcript) {
    let wire = Wire()
    wire.window = 0
    wire.feed(transcript.input)
    while wire.wantsWrite { wire.drain(7) }
    transcript.expect(wire.output, isOver: wire.isOver)
  }

  @Test(
    "A request cut off anywhere gets one 400 or nothing, and the connection ends",
    arguments: [
      Transcript.request("POST /echo", "Content-Length: 5", body: "hello"),
      Transcript.request(
        "POST /upload", "Transfer-Encoding: chunked", body: "5\r\nhello\r\n0\r\nA: b\r\n\r\n"),
    ])
  func truncated(_ request: String) {
    let bytes = Array(request.utf8)
    for length in 0..<bytes.count {
      let wire = Wire()
      wire.feed(Array(bytes[..<length]))
      wire.end()
      #expect(wire.responses.map(\.status) == (length == 0 ? [] : [400]), "\(length) bytes")
      #expect(wire.isClosed)
      #expect(wire.handler.bodies.isEmpty)
    }
  }
}

extension Transcript {
  static let all = sound + framings + chunkings + heads + lines
  /// Those short enough to be tried with every cut.
  static let small = all.filter { $0.input.count < 1000 }

  func expect(_ output: [UInt8], isOver: Bool) {
    let responses = Response.all(in: output)
    #expect(responses.map(\.status) == statuses, "\(title)")
    #expect(isOver == ends, "\(title)")
    if let body { #expect(responses.last?.body == body, "\(title)") }
    for response in responses {
      #expect(response.field("X-Content-Type-Options") == "nosniff")
      #expect(response.field("Date") != nil)
      if response.status != 200, response.status != 404, response.status != 405 {
        #expect(response.field("Content-Type") == "application/problem+json")
        #expect(response.field("Connection") == "close")
      }
    }
  }
}
