import CLinux
import Glibc

/// A TCP socket that takes connections, bound to one address. It never blocks.
package struct Listener: ~Copyable {
  package let descriptor: Descriptor
  /// The address in use, with the port that the kernel chose where 0 was asked for.
  package let address: NetworkAddress

  /// Binds to `address` alone: an IPv6 one takes no IPv4 connections. What is set here, its
  /// connections inherit.
  package init(on address: NetworkAddress, backlog: Int32 = 4096) throws(SystemError) {
    let descriptor = try Socket.open(address.family, SOCK_STREAM)
    let raw = descriptor.raw
    try Socket.set(raw, SOL_SOCKET, SO_REUSEADDR, 1)
    if address.family == AF_INET6 { try Socket.set(raw, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
    try Socket.setCustomary(raw)
    try retrying("bind") { address.withSocketAddress { bind(raw, $0, $1) } }
    try retrying("listen") { listen(raw, backlog) }
    self.address = try .bound(raw)
    self.descriptor = descriptor
  }

  /// Takes over a socket that somebody else has made, bound and listens on, such as one of another
  /// network namespace: its connections are of there. Fails where it is anything else.
  package init(adopting descriptor: consuming Descriptor) throws(SystemError) {
    let result = Result { () throws(SystemError) in try Self.adopt(descriptor.raw) }
    self.descriptor = descriptor
    address = try result.get()
  }

  private static func adopt(_ raw: Int32) throws(SystemError) -> NetworkAddress {
    var listens: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    try retrying("getsockopt") {
      getsockopt(raw, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length)
    }
    guard listens != 0 else { throw SystemError("accept4", EINVAL) }
    try Socket.setCustomary(raw)
    try retrying("fcntl") { linux_fcntl(raw, F_SETFL, O_NONBLOCK) }
    return try .bound(raw)
  }

  /// Gives its socket up to whoever adopts the number; it is not closed.
  package consuming func released() -> Int32 { descriptor.release() }

  /// The next connection that waits; nil where none does. One that its client gave up while it
  /// waited is passed over.
  package borrowing func accept() throws(SystemError) -> Socket? {
    let raw = descriptor.raw
    while true {
      var storage = sockaddr_storage()
      var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let accepted = withUnsafeMutablePointer(to: &storage) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          linux_accept4(raw, $0, &length, Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue))
        }
      }
      if accepted >= 0 {
        guard let peer = NetworkAddress(storage) else {
          preconditionFailure("a client of IPv4 or IPv6 has an address of one of these")
        }
        return Socket(owning: Descriptor(owning: accepted), peer: peer)
      }
      switch errno {
      case EAGAIN: return nil
      case EINTR, ECONNABORTED, EPROTO, EPERM: continue
      default: throw .last("accept4")
      }
    }
  }
}

extension SystemError {
  /// Somebody listens there already.
  package var isAddressInUse: Bool { number == EADDRINUSE }

  /// The machine has no such address, or nothing of its family.
  package var isAddressAbsent: Bool { number == EADDRNOTAVAIL || number == EAFNOSUPPORT }

  /// The process or the machine has no descriptor or memory left for another connection.
  package var isExhaustion: Bool {
    number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM
  }
}
