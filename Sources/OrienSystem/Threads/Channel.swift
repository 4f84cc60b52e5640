import CLinux
import Glibc

/// A queue between threads: any number send, and who receives may wait.
///
/// One receiver is woken at a time, and wakes the next where there is more than it takes itself:
/// what is done faster than a thread wakes up is done by those that are awake.
package final class Channel<Element: Sendable>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  /// What has been received is nil, so that nothing of it is kept until the queue is empty.
  private var elements: [Element?] = []
  private var next = 0
  private var waiters = 0
  /// Somebody was told that there is something, and has not looked yet.
  private var isWaking = false
  private var isClosed = false

  package init() {
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

  /// Appends; false where the channel is closed and the element goes nowhere.
  @discardableResult
  package func send(_ element: Element) -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard !isClosed else { return false }
    elements.append(element)
    wakeOne()
    return true
  }

  /// Waits for the next element; nil once the channel is closed and empty.
  package func receive() -> Element? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard wait(until: nil) else { return nil }
    return take()
  }

  /// Waits at most `patience` for the next element.
  package func receive(within patience: Duration) -> Element? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard wait(until: Self.deadline(patience)) else { return nil }
    return take()
  }

  /// Waits until there is something and takes all there is; empty once closed and empty, or when
  /// `patience` is over.
  package func drain(within patience: Duration? = nil) -> [Element] {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard wait(until: patience.map(Self.deadline)) else { return [] }
    defer {
      elements = []
      next = 0
    }
    return elements[next...].compactMap(\.self)
  }

  /// Elements that nobody has received.
  package var count: Int {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return elements.count - next
  }

  /// Refuses what is sent from here on; what is there can still be received.
  package func close() {
    pthread_mutex_lock(mutex)
    isClosed = true
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  /// Nothing is left to receive and nothing will come.
  package var isOver: Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return isClosed && next == elements.count
  }

  private func wait(until deadline: timespec?) -> Bool {
    waiters += 1
    defer { waiters -= 1 }
    while next == elements.count {
      if isClosed { return false }
      if var deadline {
        let isLate = pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT
        isWaking = false
        if isLate { return next < elements.count }
      } else {
        pthread_cond_wait(condition, mutex)
        isWaking = false
      }
    }
    return true
  }

  private func wakeOne() {
    guard waiters > 0, !isWaking else { return }
    isWaking = true
    pthread_cond_signal(condition)
  }

  private func take() -> Element {
    guard let element = elements[next].take() else {
      preconditionFailure("an element is received once")
    }
    next += 1
    if next < elements.count { wakeOne() }
    compact()
    return element
  }

  private func compact() {
    if next == elements.count {
      elements.removeAll(keepingCapacity: true)
      next = 0
    } else if next > 1024, next > elements.count / 2 {
      elements.removeFirst(next)
      next = 0
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
