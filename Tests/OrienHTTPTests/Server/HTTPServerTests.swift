import OrienSystem
import Testing

@testable import OrienHTTP

@Suite("Server over sockets")
struct HTTPServerTests {
  @Test("Who comes before it opens is answered once it does")
  func hold() throws {
    let rig = try ServerRig(isHeld: true)
    defer { rig.stop() }
    let early = try rig.connect()
    early.send(Transcript.request("GET /tools"))
    #expect(rig.onLoop { $0.server.openConnections } == 0)
    #expect(rig.onLoop { (try? $0.server.open()) != nil })
    #expect(early.responses(1).map(\.status) == [200])
    #expect(try rig.answers(Transcript.request("GET /tools")).map(\.status) == [200])
  }

  @Test("The port that the kernel chose is reported, and more than one address is listened on")
  func listens() throws {
    let loop = try Loop()
    let server = HTTPServer(on: loop, errorBody: SampleHandler.errorBody, handler: SampleHandler())
    let first = try server.listen(on: NetworkAddress("127.0.0.1:0")!)
    let second = try server.listen(on: NetworkAddress("[::1]:0")!)
    #expect(first.port > 0 && second.description.hasPrefix("[::1]:"))
    #expect(throws: (any Error).self) { try server.listen(on: first) }
    server.shutDown(within: .seconds(1)) { loop.stop() }
    loop.run()
  }

  @Test("A head that does not come in time is answered with 408 and closed")
  func slowHead() throws {
    var limits = HTTPLimits()
    limits.headDeadline = .seconds(2)
    let rig = try ServerRig(limits)
    defer { rig.stop() }
    let client = try rig.connect()
    client.send("GET /tools HTTP/1.1\r\nHost: local")
    #expect(Response.all(in: client.receiveToEnd()).map(\.status) == [408])
    let silent = try rig.connect()
    #expect(silent.receiveToEnd().isEmpty)
  }

  @Test("Among many slow clients another one is served")
  func slowMany() throws {
    let rig = try ServerRig()
    defer { rig.stop() }
    let slow = try (0..<200).map { _ in try rig.connect() }
    for client in slow { client.send("GET /tools HTTP/1.1\r\nHost: local") }
    #expect(rig.waits { $0.server.openConnections == 200 })
    #expect(try rig.answers(Transcript.request("GET /tools")).map(\.status) == [200])
  }

  @Test("A body that is refused early is refused where the client sees it")
  func early413() throws {
    var limits = HTTPLimits()
    // What it still sends is read, however long this machine takes for it.
    limits.lingerDeadline = .seconds(60)
    let rig = try ServerRig(limits)
    defer { rig.stop() }
    let client = try rig.connect()
    client.send(Transcript.request("POST /echo", "Content-Length: 20000000"))
    let sentAll = client.send([UInt8](repeating: 0x61, count: 20_000_000))
    #expect(sentAll)
    #expect(Response.all(in: client.receiveToEnd()).map(\.status) == [413])
  }

  @Test("Connections beyond the bound are answered with 503, and room is found again")
  func connectionBound() throws {
    var limits = HTTPLimits()
    limits.connections = 2
    let rig = try ServerRig(limits)
    defer { rig.stop() }
    var first: Client? = try rig.connect()
    first?.send(Transcript.request("GET /tools"))
    #expect(first?.responses(1).map(\.status) == [200])
    let second = try rig.connect()
    second.send(Transcript.request("GET /tools"))
    #expect(second.responses(1).map(\.status) == [200])
    #expect(try rig.answers(Transcript.request("GET /tools")).map(\.status) == [503])
    first = nil
    #expect(rig.waits { $0.server.openConnections == 1 })
    #expect(try rig.answers(Transcript.request("GET /tools")).map(\.status) == [200])
    #expect(rig.onLoop { $0.server.counts.turnedAway } == 1)
  }

  @Test("One address beyond loopback has its share of connections and no more")
  func connectionsPerAddress() {
    var limits = HTTPLimits()
    limits.connectionsPerAddress = 1
    let handler = SampleHandler()
    let service = HTTPService(
      handler: handler, limits: limits, origins: OriginPolicy(), errorBody: SampleHandler.errorBody)
    let wire = Wire(handler: handler)
    let (near, far) = (NetworkAddress("198.51.100.1:1")!, NetworkAddress("198.51.100.2:1")!)
    let connection = HTTPConnection(service, wire, peer: near, listener: far)
    service.add(connection)
    #expect(!service.hasRoom(for: NetworkAddress("198.51.100.1:2")!))
    #expect(service.hasRoom(for: far))
    #expect(service.hasRoom(for: NetworkAddress("127.0.0.1:1")!))
    connection.close()
    #expect(service.hasRoom(for: near))
  }

  @Test("A client that goes away while the handler thinks is noticed without its being asked")
  func disconnect() throws {
    let rig = try ServerRig()
    defer { rig.stop() }
    let polite = try rig.connect()
    polite.send(Transcript.request("GET /keep"))
    let rude = try rig.connect()
    rude.send(Transcript.request("GET /keep"))
    #expect(rig.waits { $0.handler.kept.count == 2 })
    polite.finishSending()
    rude.reset()
    #expect(rig.waits { $0.handler.disconnects == 2 })
    rig.onLoop { for exchange in $0.handler.kept { exchange.respond(.ok, .text("late")) } }
    #expect(Response.all(in: polite.receiveToEnd()).map(\.body) == ["late"])
  }

  @Test("A large answer arrives whole at a client that reads late")
  func lateReader() throws {
    let rig = try ServerRig()
    defer { rig.stop() }
    let client = try Client(rig.address, receiveBytes: 4096)
    client.send(Transcript.request("GET /large"))
    #expect(rig.waits { $0.server.counts.bytesOut > 0 })
    #expect(client.responses(1).map(\.body.utf8.count) == [8 << 20])
  }

  @Test("A reader of events that takes nothing is cut; one that goes away is noticed")
  func events() throws {
    var limits = HTTPLimits()
    limits.unsentBytes = 100_000
    let rig = try ServerRig(limits)
    defer { rig.stop() }
    let slow = try Client(rig.address, receiveBytes: 4096)
    slow.send(Transcript.request("GET /events"))
    #expect(rig.waits { $0.handler.events.count == 1 })
    let sent = rig.onLoop { site in
      var sent = 0
      while site.handler.events[0].isOpen {
        site.handler.events[0].send(data: String(repeating: "x", count: 50_000))
        sent += 1
      }
      return sent
    }
    #expect(sent < 1000)
    #expect(rig.onLoop { $0.handler.cuts } == 1)
    let leaving = try rig.connect()
    leaving.send(Transcript.request("GET /events"))
    #expect(rig.waits { $0.handler.events.count == 2 })
    leaving.finishSending()
    #expect(rig.waits { $0.handler.cuts == 2 })
  }

  @Test("Events arrive in the form that browsers read, and comments between them")
  func eventForm() throws {
    let rig = try ServerRig()
    defer { rig.stop() }
    let client = try rig.connect()
    client.send(Transcript.request("GET /events"))
    #expect(rig.waits { $0.handler.events.count == 1 })
    var received: [UInt8] = []
    // The heartbeat is the server's own doing; the rest is sent behind the first of it.
    while !String(decoding: received, as: UTF8.self).contains(": \n\n") {
      received += try #require(client.receive())
    }
    rig.onLoop { site in
      site.handler.events[0].send(id: "7", name: "state", data: "one\ntwo\r\nthree\r")
      site.handler.events[0].finish()
    }
    let responses = client.responses(0)
    #expect(responses.isEmpty)
    while !String(decoding: received, as: UTF8.self).hasSuffix("0\r\n\r\n") {
      received += try #require(client.receive())
    }
    let response = try #require(Response.all(in: received).first)
    #expect(response.field("Content-Type") == "text/event-stream")
    #expect(response.field("Cache-Control") == "no-store")
    #expect(
      response.body.hasSuffix("id: 7\nevent: state\ndata: one\ndata: two\ndata: three\ndata: \n\n"))
  }

  @Test("Shutting down ends idle connections, finishes the others, and takes no more")
  func shutsDown() throws {
    let rig = try ServerRig()
    defer { rig.stop() }
    let idle = try rig.connect()
    idle.send(Transcript.request("GET /tools"))
    #expect(idle.responses(1).count == 1)
    let busy = try rig.connect()
    busy.send(Transcript.request("GET /keep"))
    #expect(rig.waits { $0.handler.kept.count == 1 })
    let done = Channel<Void>()
    rig.onLoop { site in site.server.shutDown(within: .seconds(20)) { done.send(()) } }
    #expect(idle.receiveToEnd().isEmpty)
    #expect(throws: Client.Failed.self) { try rig.connect() }
    rig.onLoop { $0.handler.kept[0].respond(.ok, .text("the last")) }
    let response = try #require(Response.all(in: busy.receiveToEnd()).first)
    #expect(response.body == "the last" && response.field("Connection") == "close")
    #expect(done.receive() != nil)
  }

  @Test("Shutting down waits no longer than its bound")
  func shutsDownInTime() throws {
    let rig = try ServerRig()
    defer { rig.stop() }
    let busy = try rig.connect()
    busy.send(Transcript.request("GET /keep"))
    #expect(rig.waits { $0.handler.kept.count == 1 })
    rig.shutDown(within: .milliseconds(20))
    #expect(busy.receiveToEnd().isEmpty)
    #expect(rig.onLoop { $0.handler.disconnects } == 1)
  }

  @Test("Answers, connections and bytes are counted")
  func counts() throws {
    let rig = try ServerRig()
    defer { rig.stop() }
    let request = Transcript.request("GET /tools") + Transcript.request("GET /nothing")
    let client = try rig.connect()
    client.send(request)
    #expect(client.responses(2).count == 2)
    let counts = rig.onLoop { $0.server.counts }
    #expect(counts.accepted == 1 && counts.answers(2) == 1 && counts.answers(4) == 1)
    #expect(counts.bytesIn == request.utf8.count && counts.bytesOut > 300)
  }
}
