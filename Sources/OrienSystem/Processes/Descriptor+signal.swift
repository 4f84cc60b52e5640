import CLinux
import Glibc

extension Descriptor {
  /// Kills the process that this pidfd is of; one that has ended minds no more.
  package borrowing func killProcess() throws(SystemError) { try signal(SIGKILL) }

  borrowing func signal(_ number: Int32) throws(SystemError) {
    guard linux_pidfd_signal(raw, number) != 0, errno != ESRCH else { return }
    throw .last("pidfd_send_signal")
  }
}
