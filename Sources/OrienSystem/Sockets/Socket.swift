import CLinux
import Glibc

/// One TCP connection. It never blocks and never raises SIGPIPE.
package struct Socket: ~Copyable {
  package let descriptor: Descriptor
  package let peer: NetworkAddress

  init(owning descriptor: consuming Descriptor, peer: NetworkAddress) {
    self.peer = peer
    self.descriptor = descriptor
  }

  package enum Received: Equatable {
    case bytes(Int)
    /// Nothing is there yet.
    case nothing
    /// The peer sends no more.
    case end
    /// The connection is gone.
    case broken
  }

  /// Reads into `buffer` from `start` to its end at most.
  package borrowing func receive(into buffer: inout [UInt8], from start: Int) -> Received {
    let raw = descriptor.raw
    precondition(start < buffer.count, "there is room to read into")
    while true {
      let count = buffer.withUnsafeMutableBytes {
        recv(raw, $0.baseAddress! + start, $0.count - start, 0)
      }
      if count > 0 { return .bytes(count) }
      if count == 0 { return .end }
      if errno == EAGAIN { return .nothing }
      if errno != EINTR { return .broken }
    }
  }

  /// Writes what the peer takes now of three parts in their order, in one call; nil where the
  /// connection is gone.
  package borrowing func send(
    _ a: Span<UInt8>, _ b: Span<UInt8>, _ c: Span<UInt8>
  ) -> Int? {
    let raw = descriptor.raw
    return a.withUnsafeBytes { a in
      b.withUnsafeBytes { b in
        c.withUnsafeBytes { c in Self.send(raw, a, b, c) }
      }
    }
  }

  private static func send(
    _ raw: Int32, _ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer,
    _ c: UnsafeRawBufferPointer
  ) -> Int? {
    var parts = (part(a), part(b), part(c))
    return withUnsafeMutablePointer(to: &parts) { pointer -> Int? in
      pointer.withMemoryRebound(to: iovec.self, capacity: 3) { vectors in
        var message = msghdr()
        message.msg_iov = vectors
        message.msg_iovlen = 3
        while true {
          let count = sendmsg(raw, &message, Int32(MSG_NOSIGNAL))
          if count >= 0 { return count }
          if errno == EAGAIN { return 0 }
          if errno != EINTR { return nil }
        }
      }
    }
  }

  private static func part(_ bytes: UnsafeRawBufferPointer) -> iovec {
    iovec(
      iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
  }

  /// How much of what was sent the peer's system has not acknowledged; 0 where the connection is
  /// gone.
  package var unacknowledgedBytes: Int {
    var count: Int32 = 0
    return ioctl(descriptor.raw, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : 0
  }

  /// Tells the peer that nothing more comes; what it sends can still be read.
  package borrowing func finishSending() {
    // The only failure is that the connection is gone, which reading finds out too.
    _ = shutdown(descriptor.raw, Int32(SHUT_WR))
  }

  /// Has the peer hear, when the socket is closed, that the connection broke: what it has got would
  /// pass for whole otherwise.
  package borrowing func breakWhenClosed() {
    var now = linger(l_onoff: 1, l_linger: 0)
    // The only failure is that the connection is gone.
    _ = setsockopt(
      descriptor.raw, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
  }

  static func set(
    _ raw: Int32, _ level: Int32, _ option: Int32, _ value: Int32
  ) throws(SystemError) {
    var value = value
    try retrying("setsockopt") {
      setsockopt(raw, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
  }
}
