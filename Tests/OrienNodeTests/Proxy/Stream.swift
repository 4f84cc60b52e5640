import Glibc
import OrienModel

/// A connection as a client or a target of a test has it: it blocks, and gives up after a while.
final class Stream: @unchecked Sendable {
  let raw: Int32
  private let closing = ClosingOnce()

  struct Broken: Error, Equatable { let number: Int32 }

  init(owning raw: Int32) {
    self.raw = raw
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
    setsockopt(raw, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
  }

  convenience init(to port: UInt16, host: String = "127.0.0.1") throws {
    let isIPv6 = host.contains(":")
    let raw = socket(isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.init(owning: raw)
    let result: Int32
    if isIPv6 {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      inet_pton(AF_INET6, host, &address.sin6_addr)
      result = lend(&address) { connect(raw, $0, $1) }
    } else {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      inet_pton(AF_INET, host, &address.sin_addr)
      result = lend(&address) { connect(raw, $0, $1) }
    }
    guard result == 0 else { throw Broken(number: errno) }
  }

  deinit { close() }

  func close() { closing.run { _ = Glibc.close(raw) } }

  func send(_ bytes: [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(raw, $0.baseAddress! + done, $0.count - done, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Broken(number: errno) }
      done += count
    }
  }

  func finish() { shutdown(raw, Int32(SHUT_WR)) }

  /// What comes next, `count` bytes at most; empty at the end.
  func receive(_ count: Int = 1 << 16) throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    let got = recv(raw, &buffer, count, 0)
    guard got >= 0 else { throw Broken(number: errno) }
    return Array(buffer.prefix(got))
  }

  func receive(exactly count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let piece = try receive(count - bytes.count)
      guard !piece.isEmpty else { throw Broken(number: 0) }
      bytes += piece
    }
    return bytes
  }

  func receiveAll() throws -> [UInt8] {
    var bytes: [UInt8] = []
    while case let piece = try receive(), !piece.isEmpty { bytes += piece }
    return bytes
  }

  /// Whether the other side is gone, by an end or a break.
  func isOver() -> Bool {
    guard let piece = try? receive(1) else { return errno != EAGAIN }
    return piece.isEmpty
  }
}

private final class ClosingOnce {
  private var isDone = false
  func run(_ body: () -> Void) {
    if !isDone { body() }
    isDone = true
  }
}

func lend<Address, Result>(
  _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
  withUnsafeBytes(of: &address) {
    body($0.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t($0.count))
  }
}
