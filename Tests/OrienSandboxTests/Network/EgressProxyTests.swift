import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

@Suite("Egress: connections")
struct EgressProxyTests {
  @Test("A tunnel carries bytes both ways, those that come with its opening too")
  func tunnels() throws {
    let rig = try EgressRig()
    let program = try rig.connect()
    program.send("CONNECT 127.0.0.1:\(rig.server.port) HTTP/1.1\r\nHost: x\r\n\r\nearly")
    let target = try rig.server.accept()
    #expect(target.text(5) == "early")
    target.send("answer")
    #expect(program.text(EgressRig.established.utf8.count + 6) == EgressRig.established + "answer")
    program.send("more")
    #expect(target.text(4) == "more")
    program.finishSending()
    #expect(target.isAtEnd)
    target.finishSending()
    #expect(program.isAtEnd)
    #expect(rig.waits { $0.openConnections == 0 })
    let (counts, log) = rig.stop()
    #expect(counts.connections == 1 && counts.sentBytes == 9 && counts.receivedBytes == 6)
    let lines = log.filter { $0.contains("connection has ended") }
    #expect(lines.count == 1)
    let line = try #require(lines.first)
    for field in ["sent_bytes=9", "received_bytes=6", "target=127.0.0.1:\(rig.server.port)"] {
      #expect(line.contains(field))
    }
    // Values are escaped: a line is one line.
    #expect(line.contains("execution=\"x\\n1\""))
  }

  @Test("SOCKS5 leads to addresses and to names", arguments: [false, true])
  func socks(byName: Bool) throws {
    let rig = try EgressRig(["tool.test:PORT", "127.0.0.1:PORT"])
    let port = [UInt8(rig.server.port >> 8), UInt8(rig.server.port & 0xFF)]
    let program = try rig.connect()
    program.send([5, 1, 0])
    #expect(program.receive(exactly: 2) == [5, 0])
    let host = byName ? [3, 9] + Array("tool.test".utf8) : [1, 127, 0, 0, 1]
    program.send([5, 1, 0] + host + port + Array("early".utf8))
    let target = try rig.server.accept()
    #expect(program.receive(exactly: 10) == [5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    #expect(target.text(5) == "early")
    target.send("answer")
    target.finishSending()
    #expect(program.textToEnd() == "answer")
    rig.stop()
  }

  @Test("A request is passed on in its server's form, and the connection ends with the answer")
  func forwards() throws {
    let rig = try EgressRig(["tool.test:PORT", "127.0.0.1:PORT"])
    let program = try rig.connect()
    let (host, other) = ("tool.test:\(rig.server.port)", "GET http://other.test/ HTTP/1.1\r\n\r\n")
    program.send(
      "POST http://\(host)/x?y HTTP/1.1\r\nHost: \(host)\r\nProxy-Connection: keep-alive\r\n"
        + "Content-Length: 4\r\n\r\nbody" + other)
    let target = try rig.server.accept()
    let expected =
      "POST /x?y HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody"
    #expect(target.text(expected.utf8.count) == expected)
    target.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")
    target.finishSending()
    #expect(program.textToEnd() == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")
    program.finishSending()
    // What came after the body is for somebody else, and has not been sent to this one.
    #expect(target.receiveToEnd().isEmpty)
    let counts = rig.stop().counts
    #expect(counts.sentBytes == UInt64(expected.utf8.count))
  }

  @Test("A body that comes in pieces is passed on to its end", arguments: ["length", "chunks"])
  func bodies(_ kind: String) throws {
    let rig = try EgressRig()
    let program = try rig.connect()
    let field = kind == "length" ? "Content-Length: 100000" : "Transfer-Encoding: chunked"
    program.send("PUT http://127.0.0.1:\(rig.server.port)/ HTTP/1.1\r\n\(field)\r\n\r\n")
    let target = try rig.server.accept()
    let data = [UInt8](repeating: 7, count: 100_000)
    let body = kind == "length" ? data : Array("186a0\r\n".utf8) + data + "\r\n0\r\n\r\n".utf8
    let sender = Thread("sender") {
      for start in stride(from: 0, to: 99_000, by: 999) {
        program.send(Array(body[start..<min(start + 999, 99_000)]))
      }
      // At once, so that the end is found amid what is read.
      program.send(body[99_000...] + Array("behind the end".utf8))
    }
    var received: [UInt8] = []
    while !received.suffix(body.count).elementsEqual(body), let some = target.receive() {
      received += some
    }
    sender.join()
    #expect(received.suffix(body.count).elementsEqual(body))
    target.send("HTTP/1.1 204 No Content\r\n\r\n")
    target.finishSending()
    #expect(program.textToEnd() == "HTTP/1.1 204 No Content\r\n\r\n")
    #expect(target.receiveToEnd().isEmpty)
    rig.stop()
  }

  @Test("An end of one way is passed on, and the other way goes on")
  func halfClose() throws {
    let rig = try EgressRig()
    let (program, target) = try rig.tunnel()
    program.finishSending()
    #expect(target.isAtEnd)
    for _ in 0..<50 {
      target.send([UInt8](repeating: 1, count: 10_000))
      #expect(program.receive(exactly: 10_000).count == 10_000)
    }
    target.finishSending()
    #expect(program.isAtEnd)
    let (second, other) = try rig.tunnel()
    other.finishSending()
    #expect(second.isAtEnd)
    second.send("still")
    #expect(other.text(5) == "still")
    second.finishSending()
    #expect(other.isAtEnd)
    #expect(rig.waits { $0.openConnections == 0 })
    rig.stop()
  }

  @Test(
    "What a target said before it broke still comes, and then the end", arguments: [false, true])
  func breaks(byProgram: Bool) throws {
    let rig = try EgressRig()
    let (program, target) = try rig.tunnel()
    let (one, other) = byProgram ? (program, target) : (target, program)
    one.send("last words")
    #expect(other.text(10) == "last words")
    one.reset()
    #expect(other.receive() == nil)
    if byProgram { target.finishSending() } else { program.finishSending() }
    #expect(rig.waits { $0.openConnections == 0 })
    rig.stop()
  }

  @Test(
    "Who reads slowly is sent no more than is bounded, and loses nothing", arguments: [true, false])
  func backPressure(upwards: Bool) throws {
    let rig = try EgressRig()
    let (program, target) = try rig.tunnel()
    let (source, sink) = upwards ? (program, target) : (target, program)
    // Nobody reads: the kernel's buffers fill, and the proxy's, and then nothing is taken.
    let sent = fill(from: source, rig)
    let counts = rig.counts
    let passed = upwards ? counts.sentBytes : counts.receivedBytes
    #expect(Int(passed) <= sent)
    source.finishSending()
    let received = sink.receiveToEnd()
    #expect(received.count == sent)
    #expect(received.indices.allSatisfy { received[$0] == UInt8(truncatingIfNeeded: $0) })
    let end = rig.stop().counts
    #expect((upwards ? end.sentBytes : end.receivedBytes) == UInt64(sent))
  }

  /// Sends until nothing is taken any more: how many bytes that were.
  private func fill(from source: EgressPeer, _ rig: EgressRig) -> Int {
    var (sent, previous) = (0, -1)
    while sent != previous {
      previous = sent
      sent = source.sendPattern(after: sent)
      // A turn of the loop after the other, until none has moved anything.
      for _ in 0..<20 { _ = rig.counts }
    }
    return sent
  }

  @Test(
    "A connection that is stuck costs the loop nothing",
    arguments: ["full", "half", "ended", "broken", "ended both ways"])
  func stuck(_ how: String) throws {
    let rig = try EgressRig()
    let (program, target) = try rig.tunnel()
    if how == "ended both ways" { program.finishSending() }
    if how != "half" { #expect(fill(from: target, rig) > 0) }
    switch how {
    case "half", "ended", "ended both ways": target.finishSending()
    case "broken": target.reset()
    default: break
    }
    // Let what can pass, pass: a program that reads nothing is what it is stuck at.
    _ = rig.idleMicroseconds
    #expect(rig.idleMicroseconds < 50_000)
    #expect(rig.onLoop { $0.proxy!.openConnections } == 1)
    _ = program.raw
    rig.stop()
  }
}
