import CLinux
import Glibc

/// A process that this one has not started, held as what it is: whatever has its number later is
/// another one, and is never signalled.
package final class OtherProcess: Sendable {
  package let pid: Int32
  private let handle: Descriptor

  /// Nil where there is no process of that number.
  package init?(pid: Int32) throws(SystemError) {
    guard pid > 0 else { return nil }
    self.pid = pid
    let raw = linux_pidfd_open(pid)
    guard raw >= 0 else {
      if errno == ESRCH || errno == EINVAL { return nil }
      throw .last("pidfd_open")
    }
    handle = Descriptor(owning: raw)
  }

  /// Asks it to end in good order. One that has ended minds no more.
  package func terminate() throws(SystemError) { try handle.signal(SIGTERM) }

  package func kill() throws(SystemError) { try handle.signal(SIGKILL) }

  /// Waits for its end; false where it has not come by then.
  package func hasEnded(by deadline: Instant) throws(SystemError) -> Bool {
    try ChildProcess.wait(for: handle.raw, until: deadline)
  }
}
