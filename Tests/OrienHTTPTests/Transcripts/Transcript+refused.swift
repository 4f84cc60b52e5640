extension Transcript {
  private static func refused(_ title: String, _ status: Int, _ input: String) -> Transcript {
    // What follows must never be taken for a request.
    Transcript(
      title, input + "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n", status, ends: true)
  }

  private static func head(
    _ title: String, _ status: Int = 400, _ line: String = "GET /tools", _ fields: String...
  ) -> Transcript {
    refused(
      title, status,
      ([line + " HTTP/1.1", "Host: localhost"] + fields).map { $0 + "\r\n" }.joined() + "\r\n")
  }

  private static func framed(_ title: String, _ fields: String...) -> Transcript {
    refused(
      title, 400,
      (["POST /echo HTTP/1.1", "Host: localhost"] + fields).map { $0 + "\r\n" }.joined()
        + "\r\n0\r\n\r\n")
  }

  private static func chunks(_ title: String, _ body: String, _ status: Int = 400) -> Transcript {
    refused(
      title, status,
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
  }

  static let framings = [
    framed("a length and chunks", "Content-Length: 5", "Transfer-Encoding: chunked"),
    framed("chunks and a length", "Transfer-Encoding: chunked", "Content-Length: 5"),
    framed("chunks and a length of nothing", "Transfer-Encoding: chunked", "Content-Length: 0"),
    framed("chunks twice", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
    framed("chunks and identity", "Transfer-Encoding: chunked, identity"),
    framed("identity", "Transfer-Encoding: identity"),
    framed("gzip and chunks", "Transfer-Encoding: gzip, chunked"),
    framed("xchunked", "Transfer-Encoding: xchunked"),
    framed("chunked in quotes", #"Transfer-Encoding: "chunked""#),
    framed("chunked behind a tab", "Transfer-Encoding:\tchunked"),
    framed("chunked behind a vertical tab", "Transfer-Encoding: \u{B}chunked"),
    framed("chunked before a blank", "Transfer-Encoding: chunked "),
    framed("no encoding", "Transfer-Encoding:"),
    framed("the same length twice", "Content-Length: 5", "Content-Length: 5"),
    framed("two lengths", "Content-Length: 5", "Content-Length: 6"),
    framed("no length", "Content-Length:"),
    framed("a length with a plus", "Content-Length: +5"),
    framed("a length below nothing", "Content-Length: -1"),
    framed("a length before a blank", "Content-Length: 5 "),
    framed("a length in sixteens", "Content-Length: 0x5"),
    framed("a list of lengths", "Content-Length: 5,5"),
    framed("two numbers", "Content-Length: 5 5"),
    framed("a length of 64 bits and one", "Content-Length: 18446744073709551616"),
    framed("a length behind a tab", "Content-Length:\t5"),
    refused(
      "chunks in HTTP/1.0", 400,
      "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
  ]

  static let chunkings = [
    chunks("a size too large to count", "ffffffffffffffff\r\n"),
    chunks("a size below nothing", "-1\r\n"),
    chunks("a size with a prefix", "0x1\r\nx\r\n0\r\n\r\n"),
    chunks("no size", "\r\n"),
    chunks("a size that is none", "g\r\n"),
    chunks("a blank behind the size", "1 \r\nx\r\n0\r\n\r\n"),
    chunks("LF alone behind the size", "1\nx\r\n0\r\n\r\n"),
    chunks("LF alone behind the data", "1\r\nx\n0\r\n\r\n"),
    chunks("data longer than its size", "1\r\nxy\r\n0\r\n\r\n"),
    chunks("LF alone at the end", "0\r\n\n"),
    chunks("LF alone in an extension", "1;a\nx\r\n0\r\n\r\n"),
    chunks("a bare CR in an extension", "1;a\rb\r\nx\r\n0\r\n\r\n"),
    chunks("LF alone in a trailer", "0\r\nA: b\n\r\n"),
    chunks("an extension of a megabyte", "1;" + String(repeating: "e", count: 1 << 20), 413),
    chunks("trailers of a megabyte", "0\r\n" + String(repeating: "a: b\r\n", count: 1 << 17), 413),
    chunks("more than is taken", "3e9\r\n" + String(repeating: "x", count: 1001), 413),
    refused(
      "more announced than is taken", 413,
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n"),
    refused(
      "much more announced", 413,
      "POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999999999\r\n\r\n"),
  ]

  static let heads = [
    refused("LF alone", 400, "GET /tools HTTP/1.1\nHost: localhost\n\n"),
    refused("LF alone behind a field", 400, "GET /tools HTTP/1.1\r\nHost: localhost\n\r\n"),
    head("a bare CR", 400, "GET /tools", "X: a\rb"),
    head("a null", 400, "GET /tools", "X: a\0b"),
    head("a control character", 400, "GET /tools", "X: a\u{1}b"),
    head("a delete", 400, "GET /tools", "X: a\u{7F}b"),
    head("a blank before the colon", 400, "GET /tools", "X : a"),
    head("a tab before the colon", 400, "GET /tools", "X\t: a"),
    head("a name that is none", 400, "GET /tools", "X(y): a"),
    head("a name beyond ASCII", 400, "GET /tools", "Xü: a"),
    head("no name", 400, "GET /tools", ": a"),
    head("no colon", 400, "GET /tools", "X"),
    head("a folded field", 400, "GET /tools", "X: a", " b"),
    head("a field folded by a tab", 400, "GET /tools", "X: a", "\tTransfer-Encoding: chunked"),
    head("an unknown expectation", 417, "GET /tools", "Expect: 200-ok"),
    head("two hosts", 400, "GET /tools", "Host: localhost"),
    head("two origins", 400, "GET /tools", "Origin: http://localhost", "Origin: http://localhost"),
    refused("no host", 400, "GET /tools HTTP/1.1\r\n\r\n"),
    refused("an empty host", 400, "GET /tools HTTP/1.1\r\nHost:\r\n\r\n"),
    refused("a user in the host", 400, "GET /tools HTTP/1.1\r\nHost: a@localhost\r\n\r\n"),
    refused("a host with a path", 400, "GET /tools HTTP/1.1\r\nHost: localhost/x\r\n\r\n"),
    refused("a host with a blank", 400, "GET /tools HTTP/1.1\r\nHost: a b\r\n\r\n"),
    refused("a port that is none", 400, "GET /tools HTTP/1.1\r\nHost: localhost:x\r\n\r\n"),
    refused("an empty port", 400, "GET /tools HTTP/1.1\r\nHost: localhost:\r\n\r\n"),
    refused("a port too high", 400, "GET /tools HTTP/1.1\r\nHost: localhost:65536\r\n\r\n"),
    refused("a bracket left open", 400, "GET /tools HTTP/1.1\r\nHost: [::1\r\n\r\n"),
    refused("two empty lines", 400, "\r\n\r\nGET /tools HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    head("many fields", 431, "GET /tools", String(repeating: "A: b\r\n", count: 100) + "A: b"),
    head("long fields", 431, "GET /tools", "X: " + String(repeating: "x", count: 16 << 10)),
    head(
      "a field of a megabyte", 431, "GET /tools", "X: " + String(repeating: "x", count: 1 << 20)),
    head("10 000 fields", 431, "GET /tools", String(repeating: "A: b\r\n", count: 10_000) + "A: b"),
    head("a long target", 414, "GET /" + String(repeating: "x", count: 8 << 10)),
    head("a target of 64 KiB", 414, "GET /" + String(repeating: "x", count: 64 << 10)),
  ]

  static let lines = [
    refused("HTTP/0.9", 400, "GET /tools\r\n"),
    refused("HTTP/2 by its preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    refused("HTTP/9.9", 505, "GET /tools HTTP/9.9\r\nHost: localhost\r\n\r\n"),
    refused("a version in small letters", 400, "GET /tools http/1.1\r\nHost: localhost\r\n\r\n"),
    refused("HTTPS", 400, "GET /tools HTTPS/1.1\r\nHost: localhost\r\n\r\n"),
    Transcript(
      "TLS", [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3] + [UInt8](repeating: 0, count: 99), [400],
      ends: true),
    head("a method in small letters", 501, "get /tools"),
    head("CONNECT", 501, "CONNECT localhost:80"),
    head("a method of 1 000 letters", 501, String(repeating: "X", count: 1000) + " /tools"),
    head("a method that is no word", 400, "G(T /tools"),
    head("two spaces", 400, "GET  /tools"),
    head("a tab", 400, "GET\t/tools"),
    head("a space before", 400, " GET /tools"),
    head("a space behind", 400, "GET /tools x"),
    head("no target", 400, "GET "),
    head("a target without a slash", 400, "GET tools"),
    head("everything", 400, "GET *"),
    head("an absolute target elsewhere", 400, "GET http://evil/tools"),
    head("an absolute target with a user", 400, "GET http://a@localhost/tools"),
    head("an absolute target without a host", 400, "GET http:///tools"),
    head("an absolute target without a path", 400, "GET http://localhost"),
    head("another scheme", 400, "GET ftp://localhost/tools"),
    head("a fragment", 400, "GET /tools#x"),
    head("a backslash", 400, "GET /tools\\x"),
    head("a byte beyond ASCII", 400, "GET /töols"),
    head("one dot", 400, "GET /./tools"),
    head("two dots", 400, "GET /x/../tools"),
    head("two dots at the end", 400, "GET /x/.."),
    head("two escaped dots", 400, "GET /%2e%2E/tools"),
    head("a half escaped dot", 400, "GET /.%2e/tools"),
    head("an escaped slash", 400, "GET /hello/a%2fb"),
    head("an escaped slash in capitals", 400, "GET /hello/a%2Fb"),
    head("an escaped null", 400, "GET /tools%00"),
    head("an escaped line end", 400, "GET /hello/a%0d%0aX:y"),
    head("half an escape", 400, "GET /hello/a%4"),
    head("a percent sign alone", 400, "GET /hello/a%"),
    head("an escape that is none", 400, "GET /hello/a%zz"),
    head("an overlong slash", 400, "GET /hello/a%C0%AFb"),
    head("a surrogate", 400, "GET /hello/%ED%A0%80"),
    head("half a character", 400, "GET /hello/%C3"),
    head("a bad escape in the query", 400, "GET /query?a=%4"),
    head("a null in the query", 400, "GET /query?a=%00"),
    head("bad UTF-8 in the query", 400, "GET /query?a=%FF"),
    head("a quote in the query", 400, #"GET /query?a=""#),
  ]
}
