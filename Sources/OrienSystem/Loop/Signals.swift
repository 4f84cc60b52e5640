import CLinux
import Glibc

/// The signals that tell a node what to do, taken as events of the loop. To be made on the main
/// thread before any other is started, for what it blocks is inherited.
package final class Signals {
  package enum Signal: UInt32, Sendable, CaseIterable {
    case hangup = 1, interrupt = 2, terminate = 15
  }

  private let descriptor: Descriptor
  private var watch: Watch?

  package init() throws(SystemError) {
    signal(SIGPIPE, SIG_IGN)
    var set = sigset_t()
    sigemptyset(&set)
    for signal in Signal.allCases { sigaddset(&set, Int32(signal.rawValue)) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    descriptor = Descriptor(
      owning: try retrying("signalfd") { signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK)) })
  }

  deinit { watch?.cancel() }

  /// Calls `body` on the loop for each signal that comes.
  package func deliver(on loop: Loop, _ body: @escaping (Signal) -> Void) throws(SystemError) {
    let raw = descriptor.raw
    watch = try loop.watch(raw, .read) { _ in
      var info = signalfd_siginfo()
      while Glibc.read(raw, &info, MemoryLayout<signalfd_siginfo>.size) > 0 {
        if let signal = Signal(rawValue: info.ssi_signo) { body(signal) }
      }
    }
  }
}
