import Glibc
import Testing

@testable import OrienSystem

@Suite("Connecting")
struct ConnectTests {
  @Test("A connection is made while the loop goes on", arguments: ["127.0.0.1:0", "[::1]:0"])
  func connects(_ text: String) throws {
    let listener = try Listener(on: try #require(NetworkAddress(text)))
    let loop = try Loop()
    let socket = try Socket.connecting(to: listener.address)
    let watch = try loop.watch(socket.descriptor.raw, .write) { _ in loop.stop() }
    loop.run()
    watch.cancel()
    try socket.finishConnecting()
    let peer = socket.peer
    #expect(peer == listener.address)
    guard let other = try listener.accept() else {
      Issue.record("nobody came")
      return
    }
    let (hello, nothing): ([UInt8], [UInt8]) = ([1, 2, 3], [])
    #expect(socket.send(hello.span, nothing.span, nothing.span) == 3)
    var buffer = [UInt8](repeating: 0, count: 8)
    let received = other.receive(into: &buffer, from: 0)
    #expect(received == .bytes(3))
    let flags = fcntl(socket.descriptor.raw, F_GETFL)
    #expect(flags & O_NONBLOCK != 0)
  }

  @Test("Where nobody listens, it says so")
  func refused() throws {
    let address = try Listener(on: try #require(NetworkAddress("127.0.0.1:0"))).address
    let loop = try Loop()
    var failure: Socket.ConnectFailure?
    do throws(Socket.ConnectFailure) {
      let socket = try Socket.connecting(to: address)
      let watch = try? loop.watch(socket.descriptor.raw, .write) { _ in loop.stop() }
      loop.run()
      watch?.cancel()
      try socket.finishConnecting()
    } catch {
      failure = error
    }
    #expect(failure == .refused)
  }

  @Test(
    "An address is this machine's own where it speaks to itself from there",
    arguments: [
      ("127.0.0.1:0", true), ("127.0.0.1:80", true), ("[::1]:80", true), ("0.0.0.0:80", false),
      ("255.255.255.255:80", false),
    ])
  func own(_ text: String, _ expected: Bool) throws {
    #expect(try #require(NetworkAddress(text)).isOwn() == expected)
  }

  @Test("What an interface of this machine has is its own")
  func interfaces() throws {
    var first: UnsafeMutablePointer<ifaddrs>?
    try #require(getifaddrs(&first) == 0)
    defer { freeifaddrs(first) }
    var seen = 0
    var next = first
    while let entry = next {
      next = entry.pointee.ifa_next
      guard let source = entry.pointee.ifa_addr else { continue }
      let isIPv6 = Int32(source.pointee.sa_family) == AF_INET6
      guard isIPv6 || Int32(source.pointee.sa_family) == AF_INET else { continue }
      var text = [CChar](repeating: 0, count: 64)
      let failure = getnameinfo(source, isIPv6 ? 28 : 16, &text, 64, nil, 0, NI_NUMERICHOST)
      try #require(failure == 0)
      let name = String(
        decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      // Of this link alone, and nothing without the interface's name.
      if name.contains("%") { continue }
      let address = try #require(NetworkAddress(isIPv6 ? "[\(name)]:0" : "\(name):0"))
      #expect(try address.isOwn(), "\(address)")
      seen += 1
    }
    #expect(seen > 0)
  }

  @Test("A listener of somebody else's is taken over, and nothing that is none")
  func adopts() throws {
    let made = try Listener(on: try #require(NetworkAddress("127.0.0.1:0")))
    let raw = try made.descriptor.duplicate().release()
    makeBlocking(raw)
    let listener = try Listener(adopting: Descriptor(owning: raw))
    #expect(listener.address == made.address)
    if let _ = try listener.accept() { Issue.record("nobody has come yet") }
    for kind in ["pair", "pipe", "connected", "unix"] {
      let descriptor = try Self.stranger(kind, made.address)
      #expect(throws: SystemError.self) {
        _ = try Listener(adopting: Descriptor(owning: descriptor))
      }
    }
  }

  /// A descriptor that blocks, as another process makes it.
  private func makeBlocking(_ raw: Int32) {
    let flags = fcntl(raw, F_GETFL)
    _ = fcntl(raw, F_SETFL, flags & ~O_NONBLOCK)
  }

  private static func stranger(_ kind: String, _ address: NetworkAddress) throws -> Int32 {
    switch kind {
    case "pair":
      let ends = try SocketPair().release()
      close(ends.far)
      return ends.near
    case "pipe":
      let ends = try Pipe().release()
      close(ends.writer)
      return ends.reader
    case "connected":
      let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      _ = address.withSocketAddress { Glibc.connect(raw, $0, $1) }
      return raw
    default:
      let raw = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      // Without a name of its own the kernel chooses one.
      var family = sockaddr()
      family.sa_family = sa_family_t(AF_UNIX)
      #expect(bind(raw, &family, 2) == 0 && listen(raw, 1) == 0)
      return raw
    }
  }
}
