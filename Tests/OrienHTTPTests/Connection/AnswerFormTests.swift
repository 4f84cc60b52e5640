import OrienModel
import Testing

@testable import OrienHTTP

@Suite("The bytes of answers")
struct AnswerFormTests {
  /// All that is sent for `input`, the dates taken out.
  private func sent(_ input: String) -> String {
    let wire = Wire()
    wire.feed(input)
    return String(decoding: wire.output, as: UTF8.self)
      .split(separator: "\r\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("Date: ") }.joined(separator: "\n")
  }

  @Test("An answer made ahead is its head, the connection's lines, and its body")
  func prepared() {
    let expected = """
      HTTP/1.1 200 OK
      X-Content-Type-Options: nosniff
      Content-Type: application/json
      Content-Length: 12

      {"tools":[]}
      """
    #expect(sent(Transcript.request("GET /tools")) == expected)
  }

  @Test("A last answer says so")
  func last() {
    let expected = """
      HTTP/1.1 405 Method Not Allowed
      X-Content-Type-Options: nosniff
      Content-Type: text/plain; charset=utf-8
      Allow: GET, HEAD
      Content-Length: 2
      Connection: close

      no
      """
    #expect(sent(Transcript.request("PUT /tools", "Connection: close")) == expected)
  }

  @Test("An answer of unknown length comes in chunks")
  func chunks() {
    let expected = """
      HTTP/1.1 200 OK
      X-Content-Type-Options: nosniff
      Content-Type: text/plain
      Transfer-Encoding: chunked

      4
      one 
      3
      two
      0


      """
    #expect(sent(Transcript.request("GET /stream")) == expected)
  }

  @Test(
    "Dates are of the one form that HTTP has",
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
      (1_795_167_235, "Fri, 20 Nov 2026 09:33:55 GMT"),
    ] as [(Int64, String)])
  func dates(_ seconds: Int64, _ expected: String) {
    #expect(Timestamp(microseconds: seconds * 1_000_000).httpDate == expected)
  }
}
