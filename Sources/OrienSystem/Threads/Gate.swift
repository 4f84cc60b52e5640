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
  /// Somebody was told that there is something, and has not looked yet.
  private var isWaking = false
  @usableFromInline private(set) var isClosed = false

  @usableFromInline init() {
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
  @usableFromInline func unlock() { pthread_mutex_unlock(mutex) }

  /// Nothing will be brought any more: all who wait look once more.
  @usableFromInline func close() {
    isClosed = true
    pthread_cond_broadcast(condition)
  }

  /// Wakes one of those that wait, where nobody is waking yet: at the end of the turn on the loop,
  /// else at once.
  @usableFromInline func wakeOne() {
    guard waiters > 0, !isWaking else { return }
    isWaking = true
    if let turn = Turn.current { turn.note(self) } else { wake() }
  }

  func wake() { pthread_cond_signal(condition) }

  /// Waits until there is something or nothing will come, at most for `patience`; the caller's lock
  /// is given up meanwhile.
  @usableFromInline func wait(within patience: Duration?, until hasSomething: () -> Bool) {
    if hasSomething() || isClosed { return }
    // Nobody is left asleep by who sleeps now itself.
    Turn.current?.tellSleepers()
    var deadline = patience.map(Self.deadline)
    waiters += 1
    defer { waiters -= 1 }
    while !hasSomething(), !isClosed {
      let isLate =
        if deadline == nil {
          pthread_cond_wait(condition, mutex) == ETIMEDOUT
        } else {
          pthread_cond_timedwait(condition, mutex, &deadline!) == ETIMEDOUT
        }
      isWaking = false
      if isLate { return }
    }
  }

  private static func deadline(_ patience: Duration) -> timespec {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let nanoseconds = UInt64(time.tv_nsec) + patience.clampedNanoseconds
    time.tv_sec += Int(clamping: nanoseconds / 1_000_000_000)
    time.tv_nsec = Int(nanoseconds % 1_000_000_000)
    return time
  }
}
