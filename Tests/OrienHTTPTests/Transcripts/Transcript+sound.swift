extension Transcript {
  /// A request with a Host, more fields, and a body.
  static func request(_ line: String, _ fields: String..., body: String = "") -> String {
    ([line + " HTTP/1.1", "Host: localhost:4000"] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
      + body
  }

  private static let chunked = "Transfer-Encoding: chunked"

  static let sound = [
    Transcript("a GET", request("GET /tools"), 200, body: #"{"tools":[]}"#),
    Transcript(
      "a body with a length", request("POST /echo", "Content-Length: 5", body: "hello"), 200,
      body: "hello"),
    Transcript(
      "a length of nothing", request("POST /echo", "Content-Length: 0"), 200, body: ""),
    Transcript("a POST without a body", request("POST /echo"), 200, body: ""),
    Transcript(
      "a body in chunks",
      request("POST /echo", chunked, body: "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"), 200, body: "hello"),
    Transcript(
      "chunks in capitals, with extensions and trailers",
      request(
        "POST /echo", "TRANSFER-ENCODING: Chunked",
        body: "00A;name=value\r\n0123456789\r\n0;last\r\nTrailer: x\r\nHost: evil\r\n\r\n"), 200,
      body: "0123456789"),
    Transcript(
      "a streamed body", request("POST /upload", "Content-Length: 10", body: "0123456789"), 200,
      body: "10 bytes"),
    Transcript(
      "a streamed body in chunks",
      request("POST /upload", chunked, body: "a\r\n0123456789\r\n0\r\n\r\n"), 200,
      body: "10 bytes"),
    Transcript("a streamed answer", request("GET /stream"), 200, body: "one two"),
    Transcript(
      "HTTP/1.0 without a host", "GET /tools HTTP/1.0\r\n\r\n", 200, ends: true,
      body: #"{"tools":[]}"#),
    Transcript(
      "a streamed answer to HTTP/1.0", "GET /stream HTTP/1.0\r\n\r\n", 200, ends: true,
      body: "one two"),
    Transcript(
      "requests sent ahead",
      request("GET /hello/a") + request("POST /echo", "Content-Length: 1", body: "x")
        + request("GET /stream") + request("GET /hello/b"), 200, 200, 200, 200, body: "hello b"),
    Transcript(
      "goodbye", request("GET /tools", "Connection: keep-alive , Close") + request("GET /tools"),
      200, ends: true),
    Transcript(
      "a body that nobody reads",
      request("POST /ignore", "Content-Length: 5", body: "hello") + request("GET /tools"), 200, 200),
    Transcript(
      "chunks that nobody reads",
      request("POST /ignore", chunked, body: "5\r\nhello\r\n0\r\n\r\n") + request("GET /tools"),
      200, 200),
    Transcript(
      "chunks that nobody reads and that are none",
      request("POST /ignore", chunked, body: "x\r\n") + request("GET /tools"), 200, ends: true),
    Transcript("one empty line before a request", "\r\n" + request("GET /tools"), 200),
    Transcript("no such path", request("GET /nothing"), 404),
    Transcript("another method", request("DELETE /tools"), 405),
    Transcript("TRACE", request("TRACE /tools"), 405),
    Transcript("QUERY", request("QUERY /tools"), 405),
    Transcript("a handler that forgets", request("GET /drop"), 500, ends: true),
    Transcript("an absolute target", request("GET http://localhost:4000/tools"), 200),
    Transcript("an absolute target in capitals", request("GET HTTP://LOCALHOST:4000/tools"), 200),
    Transcript("OPTIONS of everything", request("OPTIONS *"), 404),
    Transcript(
      "a field that overrides the method", request("GET /tools", "X-HTTP-Method-Override: DELETE"),
      200),
    Transcript(
      "a field's value without its blanks", request("GET /headers", "X-Test: \t a b \t"), 200,
      body: "a b"),
    Transcript(
      "a field twice", request("GET /headers", "X-Test: a", "x-test: b"), 200, body: "a, b"),
    Transcript("an empty field", request("GET /headers", "X-Test:"), 200, body: ""),
    Transcript("a path with escapes", request("GET /hello/%41%C3%BC%20x"), 200, body: "hello Aü x"),
    Transcript(
      "an escape of an escape", request("GET /hello/%252e%252e"), 200, body: "hello %2e%2e"),
    Transcript("a parameter with dots", request("GET /hello/..."), 200, body: "hello ..."),
    Transcript("the rest of a path", request("GET /files/a/b%20c/d.txt"), 200, body: "a/b c/d.txt"),
    Transcript("a path with a semicolon", request("GET /tools;jsessionid=1"), 404),
    Transcript("a path with two slashes", request("GET //tools"), 404),
    Transcript("a slash at the end", request("GET /tools/"), 404),
    Transcript("a rest with an empty segment", request("GET /files/a//b"), 404),
    Transcript("a parameter without a value", request("GET /hello/"), 404),
    Transcript(
      "a query", request("GET /query?a=1&b=%26+%3d&c&=d&a=2"), 200, body: "a=1|b=& =|c=|=d|a=2"),
    Transcript("a query with slashes", request("GET /query?a=/../?x"), 200, body: "a=/../?x"),
  ]
}
