import OrienModel
import Testing

@testable import OrienSandbox

@Suite("Egress: requests of HTTP")
struct EgressHeadTests {
  private func request(_ text: String) throws(EgressRefusal) -> EgressRequest {
    try ProxyHead(Array(text.utf8)).request()
  }

  @Test(
    "CONNECT asks for a tunnel",
    arguments: [
      ("example.org:443", "example.org:443"), ("EXAMPLE.org.:443", "example.org:443"),
      ("10.0.0.5:80", "10.0.0.5:80"), ("[::1]:80", "[::1]:80"),
      ("[::ffff:10.0.0.5]:80", "10.0.0.5:80"),
    ])
  func tunnels(_ target: String, _ expected: String) throws {
    let request = try request("CONNECT \(target) HTTP/1.1\r\nHost: whatever\r\n\r\n")
    #expect(request.form == .tunnel)
    #expect(request.target.description == expected)
  }

  static let rewritten: [(String, String, String)] = [
    (
      "GET http://a.org/x?y=1 HTTP/1.1\r\nHost: a.org\r\n\r\n", "a.org:80",
      "GET /x?y=1 HTTP/1.1\r\nHost: a.org\r\nConnection: close\r\n\r\n"
    ),
    (
      "GET HTTP://A.org:8080 HTTP/1.0\r\n\r\n", "a.org:8080",
      "GET / HTTP/1.0\r\nHost: A.org:8080\r\nConnection: close\r\n\r\n"
    ),
    (
      "GET http://a.org?q HTTP/1.1\r\n\r\n", "a.org:80",
      "GET /?q HTTP/1.1\r\nHost: a.org\r\nConnection: close\r\n\r\n"
    ),
    (
      "OPTIONS http://a.org HTTP/1.1\r\n\r\n", "a.org:80",
      "OPTIONS * HTTP/1.1\r\nHost: a.org\r\nConnection: close\r\n\r\n"
    ),
    // The host that was checked is the host that is asked.
    (
      "GET http://a.org/ HTTP/1.1\r\nHost: inside.corp\r\n\r\n", "a.org:80",
      "GET / HTTP/1.1\r\nHost: a.org\r\nConnection: close\r\n\r\n"
    ),
    (
      "GET http://a.org/ HTTP/1.1\r\nProxy-Authorization: Basic eA==\r\nProxy-Connection: x-z\r\n"
        + "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nx-z: 1\r\nTE: trailers\r\nUpgrade: h2c\r\n"
        + "Keep-Alive: timeout=5\r\nAccept:  */* \r\nX-Stays:\r\n\r\n", "a.org:80",
      "GET / HTTP/1.1\r\nHost: a.org\r\nConnection: close\r\nAccept:  */* \r\nX-Stays:\r\n\r\n"
    ),
    // A message's length is never taken out of it.
    (
      "POST http://a.org/ HTTP/1.1\r\nConnection: content-length\r\nContent-Length: 3\r\n\r\n",
      "a.org:80",
      "POST / HTTP/1.1\r\nHost: a.org\r\nConnection: close\r\nContent-Length: 3\r\n\r\n"
    ),
  ]

  @Test("A request is passed on as its server takes it, once and to it alone", arguments: rewritten)
  func rewrites(_ text: String, _ target: String, _ expected: String) throws {
    let request = try request(text)
    #expect(request.target.description == target)
    guard case .forward(let head, _) = request.form else {
      Issue.record("this is no tunnel")
      return
    }
    #expect(String(decoding: head, as: UTF8.self) == expected)
  }

  @Test(
    "The end of a body is known before it comes",
    arguments: [
      ("", ForwardBody.exactly(0)), ("Content-Length: 12\r\n", .exactly(12)),
      ("Transfer-Encoding: Chunked\r\n", .chunks),
    ])
  func bodies(_ fields: String, _ body: ForwardBody) throws {
    let request = try request("POST http://a.org/ HTTP/1.1\r\n\(fields)\r\n")
    guard case .forward(_, body) = request.form else {
      Issue.record("\(request)")
      return
    }
  }

  @Test(
    "What can be read in two ways is refused",
    arguments: [
      "GET / HTTP/1.1\r\nHost: a.org", "GET https://a.org/ HTTP/1.1", "GET ftp://a.org/ HTTP/1.1",
      "GET http:///x HTTP/1.1", "GET http://u@a.org/ HTTP/1.1", "GET http://u:p@a.org/ HTTP/1.1",
      "GET http://a.org:/ HTTP/1.1", "GET http://a.org:0/ HTTP/1.1",
      "GET http://a.org:99999/ HTTP/1.1", "GET http://a.org\\@b.org/ HTTP/1.1",
      "GET http://a.org/#x HTTP/1.1", "GET http://a%2eorg/ HTTP/1.1", "GET http://127.1/ HTTP/1.1",
      "GET http://::1/ HTTP/1.1", "GET http://[::1/ HTTP/1.1", "GET http://[fe80::1%25e]/ HTTP/1.1",
      "GET http://a.org/ HTTP/2.0", "GET http://a.org/ http/1.1", "GET http://a.org/",
      "GET  http://a.org/ HTTP/1.1", "GET http://a.org/ HTTP/1.1 ", "G@T http://a.org/ HTTP/1.1",
      "GET http://a.org/\u{7F} HTTP/1.1", "GET http://a.org/ü HTTP/1.1",
      "CONNECT a.org HTTP/1.1", "CONNECT http://a.org:80 HTTP/1.1", "CONNECT a.org:0 HTTP/1.1",
      "CONNECT a.org:443/ HTTP/1.1", "CONNECT u@a.org:443 HTTP/1.1", "connect a.org:443 HTTP/1.1",
      "CONNECT ::1:443 HTTP/1.1", "CONNECT :443 HTTP/1.1",
      "GET http://a.org/ HTTP/1.1\r\nHost: a\r\nHost: b",
      "GET http://a.org/ HTTP/1.1\r\n folded: x", "GET http://a.org/ HTTP/1.1\r\nA : x",
      "GET http://a.org/ HTTP/1.1\r\nA", "GET http://a.org/ HTTP/1.1\r\n: x",
      "GET http://a.org/ HTTP/1.1\r\nA: x\ny", "GET http://a.org/ HTTP/1.1\r\nA: x\ry",
      "GET http://a.org/ HTTP/1.1\r\nA: \u{0}", "GET http://a.org/ HTTP/1.1\r\nContent-Length: -1",
      "GET http://a.org/ HTTP/1.1\r\nContent-Length: 1, 1",
      "GET http://a.org/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1",
      "GET http://a.org/ HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked",
      "GET http://a.org/ HTTP/1.1\r\nTransfer-Encoding: gzip, chunked",
      "GET http://a.org/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
      "GET http://a.org/ HTTP/1.0\r\nTransfer-Encoding: chunked",
      "GET http://a.org/ HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: 128) + "A: b",
    ])
  func refuses(_ head: String) {
    let refusal = #expect(throws: EgressRefusal.self) { try request(head + "\r\n\r\n") }
    guard case .malformed = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
  }

  @Test(
    "A body ends where it says, however it is cut",
    arguments: [
      (ForwardBody.exactly(3), "abcd", "abc"), (.exactly(0), "abcd", ""),
      (.chunks, "3\r\nabc\r\n0\r\n\r\nGET", "3\r\nabc\r\n0\r\n\r\n"),
      (
        .chunks, "A;x=y\r\n0123456789\r\n00\r\nT: 1\r\n\r\nG",
        "A;x=y\r\n0123456789\r\n00\r\nT: 1\r\n\r\n"
      ),
      (.chunks, "x\r\nGET", "x"), (.chunks, "1\r\nabGET", "1\r\nab"),
      (.chunks, "fffffffffffffff0\r\n", "fffffffffffffff0"), (.chunks, "5\r\nab", "5\r\nab"),
    ])
  func bodyEnds(_ body: ForwardBody, _ text: String, _ expected: String) {
    let bytes = Array(text.utf8)
    for step in 1...bytes.count {
      var body = body
      var taken: [UInt8] = []
      var at = 0
      while at < bytes.count, !body.isOver {
        let piece = Array(bytes[at..<min(at + step, bytes.count)])
        let count = body.take(piece.span)
        taken += piece[..<count]
        at += piece.count
      }
      #expect(String(decoding: taken, as: UTF8.self) == expected)
    }
  }
}
