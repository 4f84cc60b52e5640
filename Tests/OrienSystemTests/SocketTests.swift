import Glibc
import Testing

@testable import OrienSystem

@Suite("Sockets")
struct SocketTests {
  @Test(
    "An address is read and written in one form",
    arguments: [
      ("127.0.0.1:4000", "127.0.0.1:4000"), ("0.0.0.0:0", "0.0.0.0:0"),
      ("localhost:80", "127.0.0.1:80"), ("[::1]:65535", "[::1]:65535"),
      ("[2001:DB8:0::1]:1", "[2001:db8::1]:1"), ("127.0.0.1", nil), ("127.0.0.1:", nil),
      ("127.0.0.1:65536", nil), ("127.0.0.1:x", nil), (":4000", nil), ("example.com:80", nil),
      ("::1:80", nil), ("[::1:80", nil), ("[127.0.0.1]:80", nil), ("1.2.3:80", nil), ("", nil),
    ] as [(String, String?)])
  func addresses(_ text: String, _ expected: String?) {
    #expect(NetworkAddress(text)?.description == expected)
  }

  @Test(
    "Loopback is what never leaves the machine",
    arguments: [
      ("127.0.0.1:1", true), ("127.255.1.2:1", true), ("[::1]:1", true), ("126.0.0.1:1", false),
      ("128.0.0.1:1", false), ("[::2]:1", false), ("[::]:1", false), ("0.0.0.0:1", false),
    ])
  func loopback(_ text: String, _ expected: Bool) throws {
    #expect(try #require(NetworkAddress(text)).isLoopback == expected)
  }

  @Test(
    "Addresses of one host are one network, and a host has a whole /64 of IPv6",
    arguments: [
      ("10.0.0.1:1", "10.0.0.1:2", true), ("10.0.0.1:1", "10.0.0.2:1", false),
      ("[2001:db8::1]:1", "[2001:db8::ffff:2]:2", true),
      ("[2001:db8::1]:1", "[2001:db8:0:1::1]:1", false), ("[::1]:1", "[::2]:1", false),
    ])
  func networks(one: String, other: String, isSame: Bool) throws {
    let (one, other) = (try #require(NetworkAddress(one)), try #require(NetworkAddress(other)))
    #expect((one.network == other.network) == isSame)
  }

  @Test(
    "A connection carries bytes both ways and says when there are none",
    arguments: [
      "127.0.0.1:0", "[::1]:0",
    ])
  func carries(_ address: String) throws {
    let listener = try Listener(on: try #require(NetworkAddress(address)))
    let port = listener.address.port
    #expect(port > 0)
    if let _ = try listener.accept() { Issue.record("nobody has come yet") }
    let client = try connected(to: listener.address)
    guard let socket = try listener.accept() else {
      Issue.record("nobody came")
      return
    }
    let peer = socket.peer
    #expect(peer.isLoopback)
    var buffer = [UInt8](repeating: 0, count: 8)
    var received = socket.receive(into: &buffer, from: 0)
    #expect(received == .nothing)
    let (first, second, third): ([UInt8], [UInt8], [UInt8]) = ([1, 2], [], [3])
    let sent = socket.send(first.span, second.span, third.span)
    #expect(sent == 3)
    var taken = [UInt8](repeating: 0, count: 8)
    #expect(recv(client.raw, &taken, 8, 0) == 3)
    #expect(taken == [1, 2, 3, 0, 0, 0, 0, 0])
    #expect(Glibc.send(client.raw, [9, 8] as [UInt8], 2, 0) == 2)
    received = socket.receive(into: &buffer, from: 1)
    #expect(received == .bytes(2))
    #expect(buffer == [0, 9, 8, 0, 0, 0, 0, 0])
    socket.finishSending()
    #expect(recv(client.raw, &taken, 8, 0) == 0)
    shutdown(client.raw, Int32(SHUT_WR))
    received = socket.receive(into: &buffer, from: 0)
    #expect(received == .end)
  }

  @Test("Connections inherit what their listener was given")
  func inherits() throws {
    let listener = try Listener(on: try #require(NetworkAddress("127.0.0.1:0")))
    let client = try connected(to: listener.address)
    guard let socket = try listener.accept() else {
      Issue.record("nobody came")
      return
    }
    for (level, option, expected) in [
      (Int32(IPPROTO_TCP), TCP_NODELAY, 1), (Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, 60_000),
      (SOL_SOCKET, SO_KEEPALIVE, 1), (Int32(IPPROTO_TCP), TCP_KEEPIDLE, 45),
    ] {
      var value: Int32 = 0
      var length = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(socket.descriptor.raw, level, option, &value, &length)
      #expect(value == expected)
    }
    let flags = fcntl(socket.descriptor.raw, F_GETFD)
    #expect(flags & FD_CLOEXEC != 0)
    _ = client.raw
  }

  @Test("A number of a watch is never taken for another in its slot")
  func slots() throws {
    let loop = try Loop()
    let pair = try Pipe()
    let raw = pair.reader.raw
    let first = try loop.watch(raw, .read) { _ in }
    first.cancel()
    let second = try loop.watch(raw, .read) { _ in }
    #expect(first.number & 0xFFFF_FFFF == second.number & 0xFFFF_FFFF)
    #expect(first.number != second.number)
    second.cancel()
  }

  private func connected(to address: NetworkAddress) throws -> Descriptor {
    let raw = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let client = Descriptor(owning: raw)
    let result = address.withSocketAddress { Glibc.connect(raw, $0, $1) }
    try #require(result == 0)
    return client
  }
}
