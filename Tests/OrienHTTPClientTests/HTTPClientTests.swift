import Glibc
import OrienHTTPClient
import OrienModel
import Testing

private func answer(_ status: String, _ body: String, _ headers: String...) -> String {
  "HTTP/1.1 \(status)\r\n" + headers.map { $0 + "\r\n" }.joined()
    + "Content-Length: \(body.utf8.count)\r\n\r\n" + body
}

@Suite("The HTTP client")
struct HTTPClientTests {
  let client = try! HTTPClient()

  @Test("A status of any kind is an answer, with its headers and its body")
  func answers() throws {
    let server = CannedServer([answer("404 Not Found", "gone", "X-Why: said so ", "X-Empty:")])
    defer { server.stop() }
    let response = try client.send(HTTPRequest("GET", server.url + "/a"))
    #expect(response.status == 404)
    #expect(response.body == Array("gone".utf8))
    #expect(response.header("x-why") == "said so")
    #expect(response.header("X-Empty") == "")
    #expect(!response.isSuccess)
  }

  @Test("Method, path, headers and body arrive as they were given, on one connection")
  func requests() throws {
    let server = CannedServer([answer("200 OK", "")])
    defer { server.stop() }
    _ = try client.send(
      HTTPRequest(
        "PATCH", server.url + "/x?y=1", headers: [HTTPHeader("X-Empty", "")],
        body: .bytes(Array("{}".utf8))))
    _ = try client.send(HTTPRequest("POST", server.url + "/none", body: .bytes([])))
    _ = try client.send(HTTPRequest("DELETE", server.url + "/gone"))
    let received = server.received
    #expect(
      received.map { $0.split(separator: "\r\n")[0] } == [
        "PATCH /x?y=1 HTTP/1.1", "POST /none HTTP/1.1", "DELETE /gone HTTP/1.1",
      ])
    #expect(received[0].contains("\r\nX-Empty:\r\n"))
    #expect(!received[0].contains("x-www-form-urlencoded"))
    #expect(received[0].hasSuffix("\r\n\r\n{}"))
    #expect(received[1].contains("Content-Length: 0\r\n"))
  }

  @Test("What was begun is answered while its asker does other things; what is begun then, instead")
  func beside() throws {
    let silent = CannedServer([""])
    defer { silent.stop() }
    let server = CannedServer([answer("200 OK", "told", "X-A: b")])
    defer { server.stop() }
    try client.begin(HTTPRequest("GET", silent.url))
    while silent.received.isEmpty { #expect(try client.answer(within: 1) == nil) }
    let question = HTTPRequest("GET", server.url, headers: [HTTPHeader("X-Asked", "again")])
    for _ in 1...2 {
      try client.begin(question)
      var response: HTTPResponse?
      while response == nil { response = try client.answer(within: 1) }
      #expect(response?.body == Array("told".utf8))
      #expect(response?.header("X-A") == "b")
    }
    #expect(server.received.allSatisfy { $0.contains("X-Asked: again\r\n") })
    #expect(try client.send(question).body == Array("told".utf8))
  }

  @Test("Who waits for an answer is woken by what stops it")
  func woken() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let silent = CannedServer([""])
    defer { silent.stop() }
    CannedServer.inThread { [writer = ends[1]] in
      while silent.received.isEmpty { sched_yield() }
      write(writer, "x", 1)
    }
    let failure = #expect(throws: Failure.self) {
      try client.send(HTTPRequest("GET", silent.url, stopDescriptor: ends[0]))
    }
    #expect(failure?.reason == "stopped")
  }

  @Test("A body is read from its source to the promised length, and interim answers are no answer")
  func upload() throws {
    let server = CannedServer([answer("201 Created", "", "X-Last: yes")])
    defer { server.stop() }
    let length = 3 << 20
    var left = length
    let response = try client.send(
      HTTPRequest(
        "PUT", server.url + "/big",
        body: .stream(bytes: UInt64(length)) { buffer in
          let count = min(left, buffer.count, 10_000)
          memset(buffer.baseAddress!, 0x78, count)
          left -= count
          return count
        }))
    #expect(response.status == 201)
    #expect(response.header("X-Interim") == nil)
    #expect(response.header("X-Last") == "yes")
    #expect(left == 0)
    #expect(server.received.first?.value(of: "content-length") == length)
    #expect(server.received.first?.hasSuffix("xxx") == true)
  }

  @Test("A source that ends too soon, or fails, fails the request")
  func shortUpload() throws {
    let server = CannedServer([answer("200 OK", "")])
    defer { server.stop() }
    let short = #expect(throws: Failure.self) {
      try client.send(HTTPRequest("PUT", server.url, body: .stream(bytes: 9) { _ in 0 }))
    }
    #expect(short?.reason == "body-too-short")
    let broken = #expect(throws: Failure.self) {
      try client.send(
        HTTPRequest(
          "PUT", server.url,
          body: .stream(bytes: 9) { _ throws(Failure) in throw Failure(.internal, "disk", "broke") }
        ))
    }
    #expect(broken?.reason == "disk")
  }

  @Test("A success is handed on as it comes until its receiver has enough; a refusal is gathered")
  func streams() throws {
    let server = CannedServer([
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
      answer("200 OK", "enough"), answer("400 Bad Request", "why"),
    ])
    defer { server.stop() }
    var bytes: [UInt8] = []
    let whole = try client.send(HTTPRequest("GET", server.url)) { piece in
      bytes += piece
      return true
    }
    #expect(bytes == Array("abcde".utf8))
    #expect(whole.body.isEmpty)
    let part = try client.send(HTTPRequest("GET", server.url)) { _ in false }
    #expect(part.status == 200)
    let refused = try client.send(HTTPRequest("GET", server.url)) { _ in
      Issue.record("a refusal is not handed on")
      return true
    }
    #expect(refused.body == Array("why".utf8))
  }

  @Test("A redirect is an answer: the key in the request goes nowhere else")
  func redirects() throws {
    let other = CannedServer([answer("200 OK", "stolen")])
    let server = CannedServer([answer("302 Found", "", "Location: \(other.url)/")])
    defer { server.stop() }
    defer { other.stop() }
    let response = try client.send(
      HTTPRequest("GET", server.url, headers: [HTTPHeader("Authorization", "Bearer k")]))
    #expect(response.status == 302)
    #expect(other.received.isEmpty)
  }

  @Test("A proxy in the environment is not asked")
  func proxies() async {
    // In a process of its own, which alone has that environment.
    await #expect(processExitsWith: .success) {
      let proxy = CannedServer([answer("200 OK", "proxy")])
      let server = CannedServer([answer("200 OK", "server")])
      setenv("http_proxy", proxy.url, 1)
      let response = try HTTPClient().send(HTTPRequest("GET", server.url))
      #expect(response.body == Array("server".utf8))
      #expect(proxy.received.isEmpty)
    }
  }

  @Test(
    "What is too large, too late or broken off is a failure that says so",
    arguments: [
      (answer("200 OK", String(repeating: "x", count: 2000)), "answer-too-large"),
      (answer("200 OK", "", "X: " + String(repeating: "x", count: 2000)), "header-too-large"),
      ("", "no-answer"),
      (
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nshort",
        "broken-connection"
      ),
      ("nonsense\r\nConnection: close\r\n\r\n", "broken-connection"),
    ])
  func bounds(_ canned: String, _ reason: String) throws {
    let server = CannedServer([canned])
    defer { server.stop() }
    var request = HTTPRequest("GET", server.url)
    request.bounds.bodyBytes = 1000
    request.bounds.headerBytes = 1000
    request.bounds.totalMilliseconds = canned.isEmpty ? 50 : 10_000
    let failure = #expect(throws: Failure.self) { try client.send(request) }
    #expect(failure?.reason == reason)
  }

  @Test("A socket in the file system is reached by its path")
  func unixSocket() throws {
    var template = Array("/tmp/orien-client-XXXXXX".utf8CString)
    let folder = String(cString: mkdtemp(&template))
    let path = folder + "/s"
    let server = CannedServer([answer("200 OK", "by path")], at: .path(path))
    defer {
      server.stop()
      unlink(path)
      rmdir(folder)
    }
    let response = try client.send(HTTPRequest("GET", server.url, unixSocketPath: path))
    #expect(response.body == Array("by path".utf8))
  }

  @Test(
    "What cannot be asked is refused before anything is sent",
    arguments: [
      ("file:///etc/passwd", "X", "y", "bad-url"), ("ftp://127.0.0.1/", "X", "y", "bad-url"),
      ("nonsense", "X", "y", "bad-url"),
      ("http://127.0.0.1:1/\r\nX: y", "X", "y", "bad-request"),
      ("http://127.0.0.1:1/", "X", "y\r\nZ: 1", "bad-header"),
      ("http://127.0.0.1:1/", "X Y", "", "bad-header"),
      ("http://127.0.0.1:1/", "X", "y", "no-connection"),
    ])
  func refuses(_ url: String, _ name: String, _ value: String, _ reason: String) {
    let failure = #expect(throws: Failure.self) {
      try client.send(HTTPRequest("GET", url, headers: [HTTPHeader(name, value)]))
    }
    #expect(failure?.reason == reason)
  }

  @Test("A segment of a path cannot leave its place")
  func segments() {
    #expect("a/../b c?d#é-._~".percentEncoded == "a%2f..%2fb%20c%3fd%23%c3%a9-._~")
  }
}
