import CLinux
import Glibc
import OrienModel

extension Instant {
  /// The same moment on CLOCK_MONOTONIC, in milliseconds: the clock of `pthread_cond_timedwait` and
  /// its like, in which plugins are told their deadline. Saturates.
  package var monotonicMilliseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let monotonic = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    let now = Instant.now.nanoseconds
    return nanoseconds >= now
      ? monotonic.saturatingAdd(nanoseconds - now) / 1_000_000
      : monotonic.saturatingSubtract(now - nanoseconds) / 1_000_000
  }
}

extension UInt64 {
  fileprivate func saturatingSubtract(_ other: UInt64) -> UInt64 {
    self > other ? self - other : 0
  }
}
