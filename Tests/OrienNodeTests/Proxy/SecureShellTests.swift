import OrienKernel
import OrienModel
import OrienNode
import OrienSystem
import OrienTestKit
import Testing

/// What a renter has of a port, whoever lends it.
@Suite("SSH over a lent port", .serialized, .timeLimit(.minutes(5)))
struct SecureShellTests {
  private func lend(_ proxy: any PortProxy, on loop: Loop) throws {
    let shell = try SecureShell()
    let (mine, other) = (try LentPorts.one(), try LentPorts.one())
    func open(_ name: String, _ port: UInt16) throws {
      let lease = PortLease(
        name: name, port: port, targetHost: "127.0.0.1", targetPort: shell.port)
      try loop.answer { proxy.open(lease, then: $0) }
    }
    try open("mine", mine)
    let session = try shell.session(over: mine)
    #expect(try session.echoes("hello\n"))
    try open("other", other)
    let neighbour = try shell.session(over: other)
    #expect(try neighbour.echoes("and mine\n"))
    #expect(try session.echoes("still here\n"))
    #expect(try loop.answer { proxy.close("mine", then: $0) })
    // What ssh says of a connection that broke.
    #expect(try session.end() == .exited(255))
    #expect(try neighbour.echoes("untouched\n"))
    #expect(throws: Stream.Broken.self) { try Stream(to: mine) }
    try loop.answer { answer in proxy.close("other") { answer($0.map { _ in }) } }
    #expect(try neighbour.end() == .exited(255))
  }

  @Test("of the node's own: it is cut with its lease, and no other is")
  func own() throws {
    let ports = try Ports()
    try lend(ports.proxy, on: ports.loop)
  }

  @Test("of nginx's: reloads lose none, it is cut with its lease, and no other is")
  func nginx() throws {
    let nginx = try NginxRig()
    try World.lending(by: nginx) { world, proxy in try lend(proxy, on: world.loop) }
  }
}
