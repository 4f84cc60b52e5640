import Glibc

/// A server on loopback that a test answers by hand.
final class Target: @unchecked Sendable {
  let raw: Int32
  let port: UInt16

  struct Failed: Error { let number: Int32 }

  init(port: UInt16 = 0, backlog: Int32 = 64) throws {
    let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
    guard lend(&address, { bind(raw, $0, $1) }) == 0, listen(raw, backlog) == 0 else {
      throw Failed(number: errno)
    }
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(raw, $0, &length) }
    }
    self.port = UInt16(bigEndian: address.sin_port)
    self.raw = raw
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(
      raw, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(raw) }

  /// The next connection.
  func accept() throws -> Stream {
    let accepted = Glibc.accept(raw, nil, nil)
    guard accepted >= 0 else { throw Failed(number: errno) }
    return Stream(owning: accepted)
  }
}
