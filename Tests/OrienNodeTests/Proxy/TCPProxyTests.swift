import Glibc
import OrienModel
import OrienNode
import OrienTestKit
import Testing

@Suite("The node's own proxy: leases")
struct TCPProxyTests {
  @Test("A port that is open takes connections, and what passes is counted while they last")
  func counts() throws {
    let (target, ports) = (try Target(), try Ports())
    let port = try ports.open("vm", to: target.port)
    let (client, server) = try ports.session(port, target)
    try client.send([1, 2, 3])
    #expect(try server.receive(exactly: 3) == [1, 2, 3])
    try server.send([4, 5])
    #expect(try client.receive(exactly: 2) == [4, 5])
    let expected = PortTraffic(name: "vm", connections: 1, bytesIn: 3, bytesOut: 2)
    #expect(try ports.traffic("vm") == expected)
  }

  @Test("It listens at every address, of IPv6 too")
  func everywhere() throws {
    let (target, ports) = (try Target(), try Ports(at: "everywhere"))
    let port = try ports.open("vm", to: target.port)
    for host in ["127.0.0.1", "127.9.9.9", "::1"] {
      let client = try Stream(to: port, host: host)
      let server = try target.accept()
      try client.send([7])
      #expect(try server.receive(exactly: 1) == [7], "\(host)")
    }
  }

  @Test("A port that somebody has is told as taken, and nothing has changed")
  func taken() throws {
    let (target, other, ports) = (try Target(), try Target(), try Ports())
    let port = try ports.open("vm", to: target.port)
    for (name, wanted) in [("other", port), ("vm", other.port), ("other", other.port)] {
      let failure = #expect(throws: Failure.self) {
        try ports.open(name, to: target.port, on: wanted)
      }
      #expect(failure?.code == .conflict)
      #expect(failure?.reason == "port-taken")
    }
    #expect(try ports.leases().map(\.port) == [port])
    let (client, server) = try ports.session(port, target)
    try client.send([1])
    #expect(try server.receive(exactly: 1) == [1])
  }

  @Test("The same lease again is fine, and its sessions go on")
  func again() throws {
    let (target, ports) = (try Target(), try Ports())
    let port = try ports.open("vm", to: target.port)
    let (client, server) = try ports.session(port, target)
    try ports.open("vm", to: target.port, on: port)
    try client.send([1])
    #expect(try server.receive(exactly: 1) == [1])
    #expect(try ports.traffic("vm")?.connections == 1)
  }

  @Test("Another target takes the place of the one before, whose sessions end")
  func changed() throws {
    let (first, second, ports) = (try Target(), try Target(), try Ports())
    let port = try ports.open("vm", to: first.port)
    let (client, _) = try ports.session(port, first)
    try ports.open("vm", to: second.port, on: port)
    #expect(client.isOver())
    let (other, server) = try ports.session(port, second)
    try other.send([9])
    #expect(try server.receive(exactly: 1) == [9])
    #expect(try ports.traffic("vm")?.connections == 2)
  }

  @Test("Another port takes the place of the one before")
  func moved() throws {
    let (target, ports) = (try Target(), try Ports())
    let before = try ports.open("vm", to: target.port)
    let after = try ports.open("vm", to: target.port)
    #expect(throws: Stream.Broken(number: ECONNREFUSED)) { try Stream(to: before) }
    _ = try ports.session(after, target)
    #expect(try ports.leases().map(\.port) == [after])
  }

  /// An end that leaves sessions alone leaves a tenant in who pays no more.
  @Test("A port that is closed takes none, its sessions are over, and no other's")
  func closed() throws {
    let (target, ports) = (try Target(), try Ports())
    let port = try ports.open("vm", to: target.port)
    let neighbour = try ports.open("neighbour", to: target.port)
    let (client, server) = try ports.session(port, target)
    let (other, otherServer) = try ports.session(neighbour, target)
    #expect(try ports.close("vm"))
    #expect(throws: Stream.Broken(number: ECONNREFUSED)) { try Stream(to: port) }
    #expect(client.isOver())
    #expect(server.isOver())
    try other.send([1])
    #expect(try otherServer.receive(exactly: 1) == [1])
    #expect(try !ports.close("vm"))
    #expect(try ports.leases().map(\.name) == ["neighbour"])
  }

  @Test("Sessions of a closed port may be let go on, and end when that is over")
  func lingering() throws {
    var limits = TCPProxyLimits()
    limits.afterClose = .seconds(3)
    let (target, ports) = (try Target(), try Ports(limits))
    let port = try ports.open("vm", to: target.port)
    let (client, server) = try ports.session(port, target)
    try ports.close("vm")
    try client.send([1])
    #expect(try server.receive(exactly: 1) == [1])
    #expect(throws: Stream.Broken(number: ECONNREFUSED)) { try Stream(to: port) }
    #expect(client.isOver())
    #expect(server.isOver())
  }

  /// Of a hundred machines that come and go none keeps its port.
  @Test("D-B2-3: a port that was closed can be lent again, a hundred times")
  func reused() throws {
    let (target, ports) = (try Target(), try Ports())
    let port = try LentPorts.one()
    for number in 0..<100 {
      try ports.open("vm-\(number)", to: target.port, on: port)
      let (client, server) = try ports.session(port, target)
      try client.send([1])
      #expect(try server.receive(exactly: 1) == [1])
      #expect(try ports.close("vm-\(number)"))
    }
    #expect(try ports.leases().isEmpty)
  }

  @Test(
    "What is no lease is refused",
    arguments: [("machine", 22), ("10.0.0.256", 22), ("10.0.0.1", 0), ("fe80::1%eth0", 22)])
  func refused(_ host: String, _ port: Int) throws {
    let ports = try Ports()
    let lease = PortLease(
      name: "vm", port: try LentPorts.one(), targetHost: host, targetPort: UInt16(port))
    let failure = #expect(throws: Failure.self) {
      try ports.loop.answer { ports.proxy.open(lease, then: $0) }
    }
    #expect(failure?.code == .invalid)
  }

  @Test("Who asks a proxy that has ended is answered")
  func ended() throws {
    let ports = try Ports()
    ports.proxy.shutDown()
    let failure = #expect(throws: Failure.self) { try ports.leases() }
    #expect(failure?.code == .unavailable)
  }
}
