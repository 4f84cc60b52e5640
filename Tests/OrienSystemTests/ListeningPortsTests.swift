import OrienModel
import OrienSystem
import Testing

@Suite("Ports that somebody listens at")
struct ListeningPortsTests {
  @Test("A listener is among them as long as it is there")
  func present() throws {
    // The kernel may give its port to somebody else at once, and a child that is being started have
    // it for a moment.
    let isGone = try (0..<20).contains { _ in
      let port = try portOfOne()
      return try !ListeningPorts.current().contains(port)
    }
    #expect(isGone)
  }

  /// Where one listened that was among them.
  private func portOfOne() throws -> UInt16 {
    let listener = try Listener(on: NetworkAddress(host: [127, 0, 0, 1], port: 0))
    #expect(try ListeningPorts.current().contains(listener.address.port))
    return listener.address.port
  }

  @Test("Connections are none, and what is no line of the kernel's is passed over")
  func table() {
    let text = """
      sl  local_address rem_address   st tx_queue
       0: 0100007F:0FA0 00000000:0000 0A 00000000
       1: 00000000000000000000000000000000:1D2A 00000000000000000000000000000000:0000 0A 0
       2: 0100007F:0FA1 0100007F:0FA0 01 00000000
       3: nonsense
       4: 0100007F:ZZZZ 00000000:0000 0A 0
      """
    #expect(ListeningPorts.read(text) == [4000, 7466])
  }
}

@Suite("A process of somebody else's")
struct OtherProcessTests {
  @Test("It is asked to end, and its end is seen; none has the number 0")
  func end() throws {
    let child = try ChildProcess(
      "/bin/sleep", arguments: ["sleep", "60"], environment: [], descriptors: [])
    let other = try #require(try OtherProcess(pid: child.pid))
    #expect(try !other.hasEnded(by: .now))
    try other.terminate()
    #expect(try other.hasEnded(by: .now + .seconds(10)))
    #expect(try child.finish(by: .now + .seconds(1)) == .killed(signal: 15))
    try other.kill()
    #expect(try OtherProcess(pid: 0) == nil)
  }
}
