import CLinux
import Glibc

/// Descriptors that a thread waits for, without a loop.
package struct Wait {
  private var requests: [pollfd] = []

  package init() {}

  /// Waits for the descriptor to be readable where `forInput`, and where `forRoom`, to take more.
  package mutating func add(_ raw: Int32, forInput: Bool = true, forRoom: Bool = false) {
    let events = Int16((forInput ? POLLIN : 0) | (forRoom ? POLLOUT : 0))
    requests.append(pollfd(fd: raw, events: events, revents: 0))
  }

  /// Until one of them is ready, at the latest until `deadline`.
  package mutating func wait(until deadline: Instant) throws(SystemError) {
    let rest = deadline.since(.now).clampedNanoseconds
    let milliseconds = Int32(clamping: rest == 0 ? 0 : (rest - 1) / 1_000_000 + 1)
    let count = nfds_t(requests.count)
    guard poll(&requests, count, milliseconds) < 0, errno != EINTR else { return }
    throw .last("poll")
  }

  /// There is something to read, or the other end is gone.
  package func isReadable(_ raw: Int32) -> Bool {
    requests.contains { $0.fd == raw && $0.revents & ~Int16(POLLOUT) != 0 }
  }
}
