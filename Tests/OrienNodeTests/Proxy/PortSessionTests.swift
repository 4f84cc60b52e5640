import Glibc
import OrienModel
import OrienNode
import OrienSystem
import Testing

@Suite("The node's own proxy: sessions")
struct PortSessionTests {
  @Test("What a client sent before the target was reached waits, and arrives")
  func early() throws {
    let (target, ports) = (try Target(), try Ports())
    let client = try Stream(to: try ports.open("vm", to: target.port))
    try client.send([1, 2, 3])
    client.finish()
    let server = try target.accept()
    #expect(try server.receiveAll() == [1, 2, 3])
  }

  @Test("An end goes on in its direction alone")
  func halfClosed() throws {
    let (target, ports) = (try Target(), try Ports())
    let (client, server) = try ports.session(try ports.open("vm", to: target.port), target)
    try client.send([1, 2])
    client.finish()
    #expect(try server.receiveAll() == [1, 2])
    let answer = [UInt8](repeating: 5, count: 300_000)
    try server.send(answer)
    server.finish()
    #expect(try client.receiveAll() == answer)
  }

  @Test("A side that breaks is no side that ends")
  func broken() throws {
    let (target, ports) = (try Target(), try Ports())
    let (client, server) = try ports.session(try ports.open("vm", to: target.port), target)
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      client.raw, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    client.close()
    #expect(throws: Stream.Broken(number: ECONNRESET)) { try server.receive() }
  }

  @Test("Who reads slowly is sent no more than is on its way, and gets all of it")
  func backpressure() throws {
    let (target, ports) = (try Target(), try Ports())
    let (client, server) = try ports.session(try ports.open("vm", to: target.port), target)
    let total = 96 << 20
    let sent = Channel<Int>(isPrompt: true)
    Thread("sender") {
      var number: UInt8 = 0
      for _ in 0..<total >> 16 {
        number = number &* 31 &+ 7
        guard (try? client.send([UInt8](repeating: number, count: 1 << 16))) != nil else { break }
        sent.send(1 << 16)
      }
      client.finish()
    }.detach()
    // Nobody reads: the sender comes to rest, and far from the end.
    var waiting = 0
    var patience = Duration.seconds(20)
    while let count = sent.receive(within: patience) {
      waiting += count
      patience = .milliseconds(300)
    }
    #expect(waiting > 0 && waiting < total / 2)
    var (got, number, isRight) = (0, UInt8(0), true)
    while case let piece = try server.receive(exactly: 1 << 16), got < total {
      number = number &* 31 &+ 7
      isRight = isRight && piece.allSatisfy { $0 == number }
      got += piece.count
      if got == total { break }
    }
    #expect(isRight)
    #expect(try server.receive().isEmpty)
    #expect(try ports.traffic("vm")?.bytesIn == UInt64(total))
  }

  @Test("Where nobody listens, its client hears so at once")
  func nobody() throws {
    let ports = try Ports()
    let client = try Stream(to: try ports.open("vm", to: try LentPorts.one()))
    #expect(client.isOver())
  }

  @Test("A target that does not answer costs its client the bound")
  func unanswered() throws {
    var limits = TCPProxyLimits()
    limits.connect = .milliseconds(200)
    let (target, ports) = (try Target(backlog: 0), try Ports(limits))
    // One fills its queue: what comes then is not answered.
    let queued = try Stream(to: target.port)
    let client = try Stream(to: try ports.open("vm", to: target.port))
    try client.send([1])
    let began = Instant.now
    #expect(client.isOver())
    #expect(Instant.now.since(began) < .seconds(10))
    withExtendedLifetime(queued) {}
  }

  @Test("A session over which nothing passes for so long ends, and one that is used does not")
  func idle() throws {
    var limits = TCPProxyLimits()
    limits.idle = .seconds(2)
    let (target, ports) = (try Target(), try Ports(limits))
    let port = try ports.open("vm", to: target.port)
    let (client, server) = try ports.session(port, target)
    let began = Instant.now
    while Instant.now.since(began) < .milliseconds(4500) {
      try client.send([1])
      _ = try server.receive(exactly: 1)
    }
    #expect(client.isOver())
  }

  @Test("No lease has more sessions than its bound, and an end makes room")
  func boundPerLease() throws {
    var limits = TCPProxyLimits()
    limits.sessionsPerLease = 2
    let (target, ports) = (try Target(), try Ports(limits))
    let port = try ports.open("vm", to: target.port)
    let (first, firstServer) = try ports.session(port, target)
    let second = try ports.session(port, target)
    #expect(try Stream(to: port).isOver())
    _ = try ports.session(try ports.open("neighbour", to: target.port), target)
    first.close()
    #expect(firstServer.isOver())
    firstServer.close()
    try ports.waitForRoom(at: port, target)
    withExtendedLifetime(second) {}
  }

  @Test("All leases together have no more than theirs")
  func boundOfAll() throws {
    var limits = TCPProxyLimits()
    limits.sessions = 1
    let (target, ports) = (try Target(), try Ports(limits))
    let first = try ports.session(try ports.open("vm", to: target.port), target)
    #expect(try Stream(to: try ports.open("other", to: target.port)).isOver())
    withExtendedLifetime(first) {}
  }
}

extension Ports {
  /// Connects again and again until a session comes of it.
  fileprivate func waitForRoom(at port: UInt16, _ target: Target) throws {
    for _ in 0..<1000 {
      let client = try Stream(to: port)
      guard (try? client.send([1])) != nil, target.isReached(before: client) else { continue }
      let server = try target.accept()
      #expect(try server.receive(exactly: 1) == [1])
      return
    }
    Issue.record("no room came")
  }
}

extension Target {
  /// Whether a connection comes before the client's is cut.
  fileprivate func isReached(before client: Stream) -> Bool {
    var polls = [raw, client.raw].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    return Glibc.poll(&polls, 2, 20_000) > 0 && polls[0].revents != 0
  }
}
