import Glibc
import OrienNode
import OrienSystem
import Testing

/// Each in a process of its own, because descriptors belong to processes.
@Suite("The node's own proxy: descriptors")
struct PortDescriptorTests {
  @Test("Sessions that end in any way leave no descriptor behind")
  func nothingIsLeft() async {
    await #expect(processExitsWith: .success) {
      let (target, ports) = (try Target(), try Ports())
      let port = try ports.open("vm", to: target.port)
      let before = PortDescriptorTests.openDescriptors
      for number in 0..<200 {
        let (client, server) = try ports.session(port, target)
        try client.send([1, 2, 3])
        if number % 2 == 0 { _ = try server.receive(exactly: 3) }
        if number % 3 == 0 { client.finish() }
        if number % 5 == 0 { server.close() }
      }
      try ports.close("vm")
      // The pipe that is kept, and no listener.
      #expect(PortDescriptorTests.openDescriptors <= before + 2 - 1)
    }
  }

  @Test("A session that rests holds two descriptors: no pipe is anybody's for long")
  func twoASession() async {
    await #expect(processExitsWith: .success) {
      let (target, ports) = (try Target(), try Ports())
      let port = try ports.open("vm", to: target.port)
      var sessions: [(client: Stream, server: Stream)] = []
      let before = PortDescriptorTests.openDescriptors
      for _ in 0..<100 {
        let (client, server) = try ports.session(port, target)
        try client.send([1])
        _ = try server.receive(exactly: 1)
        sessions.append((client, server))
      }
      // Two are the test's own, two the proxy's.
      #expect(PortDescriptorTests.openDescriptors <= before + 400 + 2)
      withExtendedLifetime(sessions) {}
    }
  }

  @Test("Without descriptors it waits and does not spin, keeps what it has, and recovers")
  func exhaustion() async {
    await #expect(processExitsWith: .success) {
      let (target, ports) = (try Target(), try Ports())
      let port = try ports.open("vm", to: target.port)
      let (client, server) = try ports.session(port, target)
      try client.send([1])
      _ = try server.receive(exactly: 1)
      let late = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      let taken = PortDescriptorTests.takeAll()
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
      #expect(lend(&address) { connect(late, $0, $1) } == 0)
      let began = PortDescriptorTests.processorMicroseconds
      var pause = pollfd(fd: late, events: Int16(POLLIN), revents: 0)
      #expect(poll(&pause, 1, 1000) == 0)
      #expect(PortDescriptorTests.processorMicroseconds - began < 300_000)
      try client.send([2])
      #expect(try server.receive(exactly: 1) == [2])
      for raw in taken { close(raw) }
      let waiting = Stream(owning: late)
      try waiting.send([3])
      #expect(try target.accept().receive(exactly: 1) == [3])
    }
  }

  static var openDescriptors: Int {
    (0..<4096).count { fcntl(Int32($0), F_GETFD) >= 0 }
  }

  private static var processorMicroseconds: Int {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
  }

  /// Takes every descriptor that there is.
  private static func takeAll() -> [Int32] {
    var bound = rlimit(rlim_cur: 512, rlim_max: 20_000)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &bound)
    var taken: [Int32] = []
    while case let raw = dup(0), raw >= 0 { taken.append(raw) }
    return taken
  }
}
