import Glibc
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

@Suite("Egress: out of a namespace")
struct EgressNamespaceTests {
  /// Makes a namespace of its own with nothing but loopback, listens there, hands that over, and is
  /// then the program: it tries the way without the proxy, and the one with it.
  private static let script = """
    import ctypes, fcntl, socket, struct, sys, urllib.request
    if ctypes.CDLL(None, use_errno=True).unshare(0x40000000) != 0:
        sys.exit("unshare: %d" % ctypes.get_errno())
    with socket.socket() as any:
        fcntl.ioctl(any, 0x8914, struct.pack("16sh14x", b"lo", 1))
    way, listener = socket.socket(fileno=0), socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    socket.send_fds(way, [b"x"], [listener.fileno()])
    listener.close()
    target = "127.0.0.1:%d" % int.from_bytes(way.recv(2), "big")
    proxies = urllib.request.ProxyHandler({"http": "http://127.0.0.1:%d" % port})
    def fetch(url, *handlers):
        try:
            return urllib.request.build_opener(*handlers).open(url, timeout=20).read().decode()
        except urllib.error.HTTPError as error:
            return "%d %s" % (error.code, error.read().decode().strip())
        except OSError as error:
            return type(error).__name__
    print(fetch("http://%s/" % target, urllib.request.ProxyHandler({})))
    print(fetch("http://%s/" % target, proxies))
    print(fetch("http://10.0.0.1/", proxies))
    """

  @Test(
    "A program that has nothing but loopback reaches what is allowed, through the proxy alone",
    .enabled(if: geteuid() == 0))
  func outOfANamespace() throws {
    let pair = try SocketPair().release()
    let way = EgressPeer(owning: pair.near)
    let program = try Self.python(
      Self.script, descriptors: [(pair.far, 0), (pair.far, 1)])
    close(pair.far)
    var wait = pollfd(fd: way.raw, events: Int16(POLLIN), revents: 0)
    try #require(poll(&wait, 1, 30_000) == 1)
    var passed: Int32?
    var byte: [UInt8] = [0]
    let count = try byte.withUnsafeMutableBytes { room in
      try Self.receive(way.raw, into: room) { passed = $0 }
    }
    #expect(count == 1)
    let listener: Int32 = try #require(passed)
    let rig = try EgressRig(listener: listener)
    way.send([UInt8(rig.server.port >> 8), UInt8(rig.server.port & 0xFF)])
    let target = try rig.server.accept()
    let request = "GET / HTTP/1.1\r\nHost: 127.0.0.1:\(rig.server.port)\r\n"
    #expect(target.text(request.utf8.count) == request)
    target.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    try Self.makeBlocking(way.raw)
    let said = way.textToEnd()
    #expect(try program.finish(by: .now + .seconds(30)) == .exited(0))
    #expect(
      said.split(separator: "\n") == [
        "URLError", "hello",
        "403 orien: 10.0.0.1:80 is not among what this tool may connect to",
      ])
    let counts = rig.stop().counts
    #expect(counts.connections == 1 && counts.refusals == 1)
  }

  private static func python(
    _ script: String, descriptors: [(parent: Int32, child: Int32)]
  ) throws -> ChildProcess {
    try ChildProcess(
      "/usr/bin/python3", arguments: ["python3", "-c", script], environment: [],
      descriptors: descriptors)
  }

  private static func makeBlocking(_ raw: Int32) throws {
    try #require(fcntl(raw, F_SETFL, 0) == 0)
  }

  private static func receive(
    _ raw: Int32, into room: UnsafeMutableRawBufferPointer, _ take: (Int32) -> Void
  ) throws -> Int? {
    let descriptor = Descriptor(owning: dup(raw))
    return try descriptor.receive(into: room) { take($0.release()) }
  }

  /// Gives loopback an address that is public, in the namespace in which it runs.
  private static let ownAddress = """
    import fcntl, socket, struct
    with socket.socket() as any:
        fcntl.ioctl(any, 0x8914, struct.pack("16sh14x", b"lo", 1))
        address = struct.pack("16sH2x4s8x", b"lo:1", socket.AF_INET, bytes([93, 184, 216, 34]))
        fcntl.ioctl(any, 0x8916, address)
    """

  /// The defence switched off: where a rule writes the address, the same name leads there.
  @Test(
    "A name leads to no address of the machine's own, public as it may be",
    .enabled(if: geteuid() == 0))
  func ownPublicAddress() async {
    await #expect(processExitsWith: .success) {
      typealias Unshare = @convention(c) (Int32) -> Int32
      let unshare = unsafeBitCast(try #require(dlsym(nil, "unshare")), to: Unshare.self)
      try #require(unshare(0x4000_0000) == 0)
      let program = try EgressNamespaceTests.python(
        EgressNamespaceTests.ownAddress, descriptors: [])
      try #require(try program.finish(by: .now + .seconds(30)) == .exited(0))
      for (rules, status) in [
        (["own.test:*"], "403"), (["own.test:*", "93.184.216.34:*"], "502"),
      ] {
        let rig = try EgressRig(rules) { _ in
          .success([NetworkAddress(host: [93, 184, 216, 34], port: 0)])
        }
        let answer = try rig.answer("CONNECT own.test:9 HTTP/1.1\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
        rig.stop()
      }
    }
  }
}
