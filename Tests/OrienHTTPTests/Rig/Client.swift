import Glibc
@testable import OrienSystem

/// A client's socket that blocks, and that nothing is hidden from: half-closing, resetting,
/// reading or not.
final class Client {
  private let raw: Int32

  struct Failed: Error { var call: String, number: Int32 }

  /// `receiveBytes` bounds what the kernel takes before the client reads.
  convenience init(_ address: NetworkAddress, receiveBytes: Int32? = nil) throws {
    try self.init(family: address.family, receiveBytes: receiveBytes)
    try connect(address)
  }

  /// A socket that is not connected yet.
  init(family: Int32 = AF_INET, receiveBytes: Int32? = nil) throws {
    raw = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard raw >= 0 else { throw Failed(call: "socket", number: errno) }
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    if var receiveBytes {
      setsockopt(raw, SOL_SOCKET, SO_RCVBUF, &receiveBytes, socklen_t(MemoryLayout<Int32>.size))
    }
  }

  func connect(_ address: NetworkAddress) throws {
    let raw = self.raw
    guard address.withSocketAddress({ Glibc.connect(raw, $0, $1) }) == 0 else {
      throw Failed(call: "connect", number: errno)
    }
  }

  deinit { close(raw) }

  /// False where the server has closed the connection.
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

  func finishSending() { shutdown(raw, Int32(SHUT_WR)) }

  /// What is there, at least a byte; nil at the end, and where nothing comes for half a minute.
  func receive() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = recv(raw, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer[..<count]) : nil
  }

  func receiveToEnd() -> [UInt8] {
    var all: [UInt8] = []
    while let some = receive() { all += some }
    return all
  }

  /// Reads until `count` whole answers are there, or the end.
  func responses(_ count: Int) -> [Response] {
    var all: [UInt8] = []
    while true {
      let responses = Response.all(in: all)
      if responses.count >= count, responses.allSatisfy({ $0.status > 0 }) { return responses }
      guard let some = receive() else { return responses }
      all += some
    }
  }

  /// Goes away without a word: the server finds the connection reset.
  func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(raw, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    shutdown(raw, Int32(SHUT_RD))
    // Closing resets, but the number stays ours until the end.
    dup2(Self.nothing, raw)
  }

  private static let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
}
