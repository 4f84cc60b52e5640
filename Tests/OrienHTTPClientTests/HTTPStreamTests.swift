import Glibc
import OrienHTTPClient
import OrienModel
import Testing

@Suite("A stream that a server gives over")
struct HTTPStreamTests {
  private let upgrade = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"

  private func request(_ server: CannedServer, stop: Int32? = nil) -> HTTPRequest {
    var request = HTTPRequest(
      "POST", server.url + "/attach?stream=1",
      headers: [HTTPHeader("Connection", "Upgrade"), HTTPHeader("Upgrade", "tcp")],
      stopDescriptor: stop)
    request.bounds.totalMilliseconds = 30_000
    return request
  }

  private func open(_ request: HTTPRequest) throws -> HTTPStream? {
    guard case .stream(let stream) = try HTTPStream.open(request) else { return nil }
    return stream
  }

  @Test("begins behind the answer's header, and sends what it is given")
  func bothWays() throws {
    // What looks like another request is what the test's server takes for an end.
    let server = CannedServer([upgrade + "early", "late"])
    defer { server.stop() }
    let stream = try #require(try open(request(server)))
    #expect(try gather(stream, 5) == "early")
    stream.send(Array("mine\r\n\r\n".utf8), ending: true)
    #expect(try gather(stream, 4) == "late")
    #expect(server.received.first?.hasPrefix("POST /attach?stream=1 HTTP/1.1\r\nHost: ") == true)
    #expect(server.received.last == "mine\r\n\r\n")
  }

  @Test("A server that gives none says why")
  func refused() throws {
    let server = CannedServer([
      "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nno such x"
    ])
    defer { server.stop() }
    guard case .refused(let answer) = try HTTPStream.open(request(server)) else {
      Issue.record("there is a stream")
      return
    }
    #expect(answer.status == 404)
    #expect(answer.body == Array("no such x".utf8))
  }

  @Test("A server that is silent is not waited for beyond the bound")
  func silent() {
    let server = CannedServer([""])
    defer { server.stop() }
    var request = request(server)
    request.bounds.totalMilliseconds = 500
    #expect(throws: Failure.self) { try HTTPStream.open(request) }
  }

  @Test("Who waits is woken by what stops it, and whoever asks then asks for nothing")
  func stopped() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let server = CannedServer([upgrade])
    defer { server.stop() }
    let stream = try #require(try open(request(server, stop: ends[0])))
    guard case .nothing = try stream.receive(within: 1) else {
      Issue.record("something came")
      return
    }
    #expect(write(ends[1], "x", 1) == 1)
    guard case .stopped = try stream.receive(within: 60_000) else {
      Issue.record("it was not stopped")
      return
    }
    #expect(Pause.wait(milliseconds: 60_000, orUntil: ends[0]))
    let silent = CannedServer([""])
    defer { silent.stop() }
    var late = request(silent, stop: ends[0])
    late.bounds.totalMilliseconds = 60_000
    let failure = #expect(throws: Failure.self) { try HTTPClient().send(late) }
    #expect(failure?.reason == "stopped")
  }

  /// So many bytes of what comes.
  private func gather(_ stream: HTTPStream, _ count: Int) throws -> String {
    var bytes: [UInt8] = []
    while bytes.count < count {
      switch try stream.receive(within: 10_000) {
      case .bytes(let more): bytes += more
      case .nothing: continue
      case .ended, .stopped: return String(decoding: bytes, as: UTF8.self)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
