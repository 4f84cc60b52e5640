import CLinux
import Glibc

extension Descriptor {
  /// Kills the process that this pidfd is of; one that has ended minds no more.
  package borrowing func killProcess() throws(SystemError) {
    guard linux_pidfd_signal(raw, SIGKILL) != 0, errno != ESRCH else { return }
    throw .last("pidfd_send_signal")
  }
}
