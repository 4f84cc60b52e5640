import Testing

@testable import OrienHTTP

@Suite("Transcripts") struct TranscriptTests {
  @Test("Each request is answered as the table says", arguments: Transcript.sound)
  func answered(_ transcript: Transcript) {
    let wire = Wire()
    wire.feed(transcript.input)
    #expect(wire.responses.map(\.status) == transcript.statuses)
    #expect(wire.isOver == transcript.ends)
    if let body = transcript.body { #expect(wire.responses.last?.body == body) }
  }
}

extension Transcript {
  static let sound = [
    Transcript(
      "a GET", "GET /tools HTTP/1.1\r\nHost: localhost\r\n\r\n", 200, body: #"{"tools":[]}"#),
    Transcript(
      "a POST", "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello", 200,
      body: "hello"),
    Transcript(
      "chunked",
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      200, body: "hello"),
    Transcript("1.0", "GET /stream HTTP/1.0\r\n\r\n", 200, ends: true, body: "one two"),
    Transcript("dropped", "GET /drop HTTP/1.1\r\nHost: localhost\r\n\r\n", 500, ends: true),
    Transcript(
      "pipelined",
      "GET /tools HTTP/1.1\r\nHost: localhost\r\n\r\nGET /stream HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nope HTTP/1.1\r\nHost: localhost\r\n\r\n",
      200, 200, 404),
  ]
}
