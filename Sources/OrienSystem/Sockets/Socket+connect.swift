import CLinux
import Glibc

/// Connections that the node makes, none of which keeps the loop waiting.
extension Socket {
  /// Why there is no connection.
  package enum ConnectFailure: Error, Equatable {
    /// Nobody listens there.
    case refused
    /// No way leads there.
    case unreachable
    /// There is none to take just now, or never will be.
    case system(SystemError)
    /// The peer's system has given no answer.
    case unanswered

    init(_ error: SystemError) {
      self =
        switch error.number {
        case ECONNREFUSED, ECONNRESET: .refused
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EADDRNOTAVAIL, EACCES, EPERM, EAFNOSUPPORT,
          EINVAL:
          .unreachable
        case ETIMEDOUT: .unanswered
        default: .system(error)
        }
    }
  }

  /// Begins to connect. Once the socket polls writable, `finishConnecting` says what came of it. A peer
  /// that is near is one whose end is heard of in another way: it is asked whether it is still there as
  /// seldom as the system does.
  package static func connecting(
    to address: NetworkAddress, isNear: Bool = false
  ) throws(ConnectFailure) -> Socket {
    do throws(SystemError) {
      let descriptor = try open(address.family, SOCK_STREAM)
      let raw = descriptor.raw
      if isNear {
        try setNear(raw)
      } else {
        try setCustomary(raw)
      }
      let result = address.withSocketAddress { connect(raw, $0, $1) }
      // An interrupted call goes on like one that does not wait.
      guard result == 0 || errno == EINPROGRESS || errno == EINTR else { throw .last("connect") }
      return Socket(owning: descriptor, peer: address)
    } catch {
      throw ConnectFailure(error)
    }
  }

  /// Throws what kept the socket from connecting.
  package borrowing func finishConnecting() throws(ConnectFailure) {
    var number: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(descriptor.raw, SOL_SOCKET, SO_ERROR, &number, &length) == 0 else {
      throw ConnectFailure(.last("getsockopt"))
    }
    guard number == 0 else { throw ConnectFailure(SystemError("connect", number)) }
  }

  /// A new socket of TCP or UDP that never blocks.
  static func open(_ family: Int32, _ type: __socket_type) throws(SystemError) -> Descriptor {
    Descriptor(
      owning: try retrying("socket") {
        socket(
          family, Int32(type.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
      })
  }

  /// What every connection is given, by itself or by its listener.
  static func setCustomary(_ raw: Int32) throws(SystemError) {
    try setNear(raw)
    // A peer that has vanished without a word is found out in about a minute, where the system
    // would wait a quarter of an hour, or for ever.
    try set(raw, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, 60_000)
    try set(raw, Int32(IPPROTO_TCP), TCP_KEEPIDLE, 45)
    try set(raw, Int32(IPPROTO_TCP), TCP_KEEPINTVL, 5)
  }

  private static func setNear(_ raw: Int32) throws(SystemError) {
    // What is sent is sent whole: to hold it back for more to come would only delay it.
    try set(raw, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    try set(raw, SOL_SOCKET, SO_KEEPALIVE, 1)
  }
}

extension NetworkAddress {
  /// Whether an interface of this machine has it. No packet is sent.
  package func isOwn() throws(SystemError) -> Bool {
    do throws(SystemError) {
      let descriptor = try Socket.open(family, SOCK_DGRAM)
      let raw = descriptor.raw
      var target = self
      // Any port will do, and there is no datagram to port 0.
      if target.port == 0 { target.port = 9 }
      try retrying("connect") { target.withSocketAddress { connect(raw, $0, $1) } }
      // To itself, and to itself alone, a machine speaks from the very address that it speaks to.
      return try Self.bound(raw).host == host
    } catch {
      if error.isShortage { throw error }
      // No way leads there, so it is nobody's here.
      return false
    }
  }

  /// The address that a socket of IPv4 or IPv6 is bound to.
  static func bound(_ raw: Int32) throws(SystemError) -> NetworkAddress {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    try retrying("getsockname") {
      withUnsafeMutablePointer(to: &storage) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(raw, $0, &length) }
      }
    }
    guard let address = NetworkAddress(storage) else {
      throw SystemError("getsockname", EAFNOSUPPORT)
    }
    return address
  }
}
