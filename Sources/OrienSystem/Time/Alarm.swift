import CLinux
import Glibc

/// Wakes one thread, which does nothing but wait for it, when a time that others set is over.
package struct Alarm: ~Copyable, Sendable {
  private let descriptor: Descriptor

  package init() throws(SystemError) {
    descriptor = Descriptor(
      owning: try retrying("timerfd_create") {
        timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC))
      })
  }

  /// In place of what it was set to before.
  package borrowing func set(after time: Duration) { set(time.clampedNanoseconds) }

  package borrowing func clear() { set(0) }

  private borrowing func set(_ nanoseconds: UInt64) {
    var time = itimerspec()
    time.it_value.tv_sec = Int(clamping: nanoseconds / 1_000_000_000)
    time.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
    // Only arguments that make no sense are refused.
    _ = timerfd_settime(descriptor.raw, 0, &time, nil)
  }

  /// Waits until it has gone off since this was last called.
  package borrowing func wait() throws(SystemError) {
    var times: UInt64 = 0
    let raw = descriptor.raw
    _ = try retrying("read") { Glibc.read(raw, &times, 8) }
  }
}
