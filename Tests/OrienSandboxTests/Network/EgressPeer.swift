import Glibc
import OrienSystem

/// One side of a connection as a test holds it: it blocks, and hides nothing.
final class EgressPeer: @unchecked Sendable {
  let raw: Int32

  struct Failed: Error { var call: String, number: Int32 }

  /// A connection that somebody has made.
  init(owning raw: Int32) {
    self.raw = raw
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  convenience init(port: UInt16, isBlocking: Bool = true) throws {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    self.init(
      owning: socket(AF_INET, isBlocking ? kind : kind | Int32(SOCK_NONBLOCK.rawValue), 0))
    let failure = withLoopback(port) { connect(raw, $0, $1) == 0 ? 0 : errno }
    guard failure == 0 || !isBlocking else { throw Failed(call: "connect", number: failure) }
  }

  deinit { close(raw) }

  /// False where the other side takes no more.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0 { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  @discardableResult
  func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// Sends what a reader can tell every byte of by its place, until nothing more is taken at once;
  /// how much there is of it then, where `sent` were there before.
  func sendPattern(after sent: Int = 0) -> Int {
    var total = sent
    while true {
      let start = total % 256
      let count = Self.pattern.withUnsafeBytes {
        Glibc.send(raw, $0.baseAddress! + start, $0.count - start, Int32(MSG_DONTWAIT))
      }
      if count < 0 { return total }
      total += count
    }
  }

  static let pattern = (0..<65536).map { UInt8(truncatingIfNeeded: $0) }

  func finishSending() { shutdown(raw, Int32(SHUT_WR)) }

  /// What is there, at least a byte; nil at the end, and where nothing comes for half a minute.
  func receive(atMost count: Int = 64 << 10) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: count)
    let count = recv(raw, &buffer, count, 0)
    return count > 0 ? Array(buffer[..<count]) : nil
  }

  func receive(exactly count: Int) -> [UInt8] {
    var all: [UInt8] = []
    while all.count < count, let some = receive(atMost: count - all.count) { all += some }
    return all
  }

  func receiveToEnd() -> [UInt8] {
    var all: [UInt8] = []
    while let some = receive() { all += some }
    return all
  }

  func textToEnd() -> String { String(decoding: receiveToEnd(), as: UTF8.self) }
  func text(_ count: Int) -> String { String(decoding: receive(exactly: count), as: UTF8.self) }

  /// Whether the other side has sent its end, orderly, and nothing before it.
  var isAtEnd: Bool {
    var byte: UInt8 = 0
    return recv(raw, &byte, 1, 0) == 0
  }

  /// Goes away without a word.
  func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(raw, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    // Closing resets, but the number stays ours until the end.
    dup2(Self.nothing, raw)
  }

  private static let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
}

/// A server that a test plays itself.
final class EgressServer: @unchecked Sendable {
  private let raw: Int32
  let port: UInt16

  init(backlog: Int32 = 128) throws {
    raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let raw = raw
    guard withLoopback(0, { bind(raw, $0, $1) }) == 0, listen(raw, backlog) == 0 else {
      throw EgressPeer.Failed(call: "listen", number: errno)
    }
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(raw, $0, &length) }
    }
    port = UInt16(bigEndian: address.sin_port)
  }

  deinit { close(raw) }

  func accept() throws -> EgressPeer {
    let accepted = Glibc.accept(raw, nil, nil)
    guard accepted >= 0 else { throw EgressPeer.Failed(call: "accept", number: errno) }
    return EgressPeer(owning: accepted)
  }

  /// Whether somebody waits to be accepted.
  var hasCaller: Bool {
    var wait = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
    return poll(&wait, 1, 0) == 1
  }
}

func withLoopback<Result>(
  _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
}
