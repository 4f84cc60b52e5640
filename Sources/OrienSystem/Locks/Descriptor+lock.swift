import CLinux
import Glibc

/// flock(2): a lock of the open file, shared by all who inherit it and gone with the last of them.
extension Descriptor {
  package enum LockKind: Sendable { case shared, exclusive }

  /// Takes the lock, or turns the one that it has; false where others have it until `deadline`.
  /// Blocks till then. There is no call that waits for a bounded time, so it asks again and again.
  package borrowing func lock(
    _ kind: LockKind, until deadline: Instant
  ) throws(SystemError) -> Bool {
    let operation = (kind == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB
    while flock(raw, operation) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else { throw .last("flock") }
      if Instant.now >= deadline { return false }
      poll(nil, 0, 5)
    }
    return true
  }
}
