import CLinux
import Glibc

/// Descriptors that go from process to process over a socket of this machine.
extension Descriptor {
  /// How many go with one message at most.
  package static var passedAtMost: Int { Int(LINUX_PASSED) }

  /// Writes as much as is taken at once, nil where nothing is; whatever is taken takes all of
  /// `passing` with it.
  package borrowing func send(
    _ bytes: UnsafeRawBufferPointer, passing: [Int32] = []
  ) throws(SystemError) -> Int? {
    while true {
      let count = linux_send(raw, bytes.baseAddress, bytes.count, passing, passing.count)
      if count >= 0 { return count }
      if errno == EAGAIN { return nil }
      if errno != EINTR { throw .last("sendmsg") }
    }
  }

  /// Writes all of it, and waits for room where there is none, ETIMEDOUT where that does not come.
  /// Whatever is taken takes all of `passing` with it.
  package borrowing func sendAll(
    _ bytes: [UInt8], passing: [Int32], until deadline: Instant
  ) throws(SystemError) {
    var (rest, passing) = (bytes[...], passing)
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { bytes in
        Result { () throws(SystemError) in try send(bytes, passing: passing) }
      }
      if let count = try sent.get() {
        rest = rest.dropFirst(count)
        passing = []
        continue
      }
      var room = Wait()
      room.add(raw, forRoom: true)
      try room.wait(until: deadline)
      guard Instant.now < deadline else { throw SystemError("sendmsg", ETIMEDOUT) }
    }
  }

  /// Reads at most `buffer.count` bytes; nil where none are there yet; 0 at the end. What came
  /// with them is handed to `take`, one by one.
  package borrowing func receive(
    into buffer: UnsafeMutableRawBufferPointer, _ take: (consuming Descriptor) -> Void
  ) throws(SystemError) -> Int? {
    var passed = [Int32](repeating: -1, count: Self.passedAtMost)
    var count = 0
    while true {
      let got = linux_receive(raw, buffer.baseAddress, buffer.count, &passed, &count)
      for raw in passed.prefix(count) { take(Descriptor(owning: raw)) }
      if got >= 0 { return got }
      if errno == EAGAIN { return nil }
      if errno != EINTR { throw .last("recvmsg") }
    }
  }

  package borrowing func makeNonBlocking() throws(SystemError) {
    let raw = self.raw
    try retrying("fcntl") { linux_fcntl(raw, F_SETFL, O_NONBLOCK) }
  }
}
