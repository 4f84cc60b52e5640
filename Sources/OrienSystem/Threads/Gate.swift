import CLinux
import Glibc
import OrienModel

/// Where threads wait for something that others bring, without what is brought: a `Channel`'s lock,
/// its waiting and its waking.
///
/// All but `lock` and `wake` is for who holds the lock.
@usableFromInline final class Gate: Sleeper, @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private(set) var waiters = 0
  /// Somebody was signalled that there is something, and has not looked yet.
  private var isSignalled = false
  /// Somebody is to be woken as soon as the lock is given up.
  private var isWaking = false
  /// Somebody will be, when the loop's turn ends.
  private var isNoted = false
  /// Nobody waits for the turn's end: what is said here may be the last that is.
  private let isPrompt: Bool
  @usableFromInline private(set) var isClosed = false

  @usableFromInline init(isPrompt: Bool) {
    self.isPrompt = isPrompt
    mutex.initialize(to: pthread_mutex_t())
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    // Waits with a bound are told in the clock that nobody sets.
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  @usableFromInline func lock() { pthread_mutex_lock(mutex) }

  /// Who is woken finds the lock free.
  @usableFromInline func unlock() {
    let wakes = isWaking
    isWaking = false
    pthread_mutex_unlock(mutex)
    if wakes { pthread_cond_signal(condition) }
  }

  /// Nothing will be brought any more: all who wait look once more.
  @usableFromInline func close() {
    isClosed = true
    pthread_cond_broadcast(condition)
  }

  /// Wakes one of those that wait, where nobody is waking yet: at the end of the turn on the loop,
  /// else at once.
  @usableFromInline func wakeOne() {
    guard waiters > 0, !isSignalled else { return }
    guard !isPrompt, let turn = Turn.current else { return signal() }
    guard !isNoted else { return }
    isNoted = true
    turn.note(self)
  }

  func wake() {
    lock()
    defer { unlock() }
    isNoted = false
    if waiters > 0, !isSignalled { signal() }
  }

  private func signal() {
    isSignalled = true
    isWaking = true
  }

  /// Waits until there is something or nothing will come, at most for `patience`; the caller's lock
  /// is given up meanwhile.
  @usableFromInline func wait(within patience: Duration?, until hasSomething: () -> Bool) {
    if hasSomething() || isClosed { return }
    // Nobody is left asleep by who sleeps now itself.
    if let turn = Turn.current {
      unlock()
      turn.tellSleepers()
      lock()
    }
    let end = patience.map { Instant.now + $0 }
    waiters += 1
    defer { waiters -= 1 }
    while !hasSomething(), !isClosed {
      let rest = end.map { $0.since(.now) } ?? Self.slice
      var deadline = Self.deadline(min(rest, Self.slice))
      pthread_cond_timedwait(condition, mutex, &deadline)
      isSignalled = false
      if let end, Instant.now >= end { return }
    }
  }

  /// Whoever waits looks so often by itself: glibc before 2.38 may lose a wakeup (its bug 25847).
  private static let slice = Duration.seconds(1)

  private static func deadline(_ patience: Duration) -> timespec {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let nanoseconds = UInt64(time.tv_nsec) + patience.clampedNanoseconds
    time.tv_sec += Int(clamping: nanoseconds / 1_000_000_000)
    time.tv_nsec = Int(nanoseconds % 1_000_000_000)
    return time
  }
}
