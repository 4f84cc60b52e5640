import CLinux
import Glibc
import OrienModel
import Synchronization

/// The one thread on which the node decides: it owns sockets, timers and the state of every
/// execution, so that none of these needs a lock.
///
/// Whatever is called here but `post`, `stop` and replies belongs to the thread that calls
/// `run()` (before it runs: to the thread that made it) and traps elsewhere. What is given to the
/// loop runs on it, one thing at a time, and never blocks.
public final class Loop: @unchecked Sendable {
  private let poll: Descriptor
  private let bell: Bell
  private let posted = Mutex(Posted())
  /// What was posted and is being run: an array of its own, so that neither grows anew each turn.
  private var bodies: [Errand] = []
  private var owner = pthread_self()
  private var watches = WatchTable()
  private var timers = TimerQueue()
  private var soonQueue: [() -> Void] = []
  private var isStopped = false
  private let turn = Turn()
  /// The moment at which this turn of the loop began; fresh enough for deadlines.
  package private(set) var now = Instant.now
  /// The longest that one turn has taken since this was last read: how late others were.
  private var slowestTurn: Duration = .zero

  /// An array of bare closures would make another one around each.
  private struct Errand: Sendable {
    let run: @Sendable () -> Void
  }

  private struct Posted {
    var bodies: [Errand] = []
    /// The loop waits, or is about to, and nobody has rung yet. At work it looks here by itself.
    var needsBell = false
  }

  package init() throws(SystemError) {
    poll = Descriptor(owning: try retrying("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) })
    bell = try Bell()
    var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data(u64: 0))
    let (poll, bell) = (poll.raw, bell.raw)
    try retrying("epoll_ctl") { epoll_ctl(poll, EPOLL_CTL_ADD, bell, &event) }
  }

  // MARK: From any thread

  /// Runs `body` on the loop, after what was posted before it.
  @usableFromInline package func post(_ body: @escaping @Sendable () -> Void) {
    let mustRing = posted.withLock { posted in
      posted.bodies.append(Errand(run: body))
      defer { posted.needsBell = false }
      return posted.needsBell
    }
    if mustRing { bell.ring() }
  }

  /// Makes `run()` return after the present turn.
  package func stop() { post { self.isStopped = true } }

  // MARK: On the loop

  package var isCurrent: Bool { pthread_equal(owner, pthread_self()) != 0 }

  @usableFromInline package func assertCurrent() {
    precondition(isCurrent, "this belongs to the loop's thread")
  }

  /// Calls `body` whenever the descriptor is ready for what `interest` names.
  package func watch(
    _ raw: Int32, _ interest: Readiness, _ body: @escaping (Readiness) -> Void
  ) throws(SystemError) -> Watch {
    assertCurrent()
    let watch = Watch(
      raw: raw, number: watches.nextNumber, loop: self, interest: interest, body: body)
    try control(EPOLL_CTL_ADD, watch)
    watches.add(watch)
    return watch
  }

  package func schedule(at due: Instant, _ body: @escaping () -> Void) -> Timer {
    assertCurrent()
    let timer = Timer(loop: self, body: body)
    timers.add(timer, due: due)
    return timer
  }

  package func schedule(after delay: Duration, _ body: @escaping () -> Void) -> Timer {
    schedule(at: Instant.now + delay, body)
  }

  /// Runs `body` once the present event is dealt with: for what must not happen inside a caller.
  package func soon(_ body: @escaping () -> Void) {
    assertCurrent()
    soonQueue.append(body)
  }

  /// The longest turn since this was last asked.
  package func takeSlowestTurn() -> Duration {
    defer { slowestTurn = .zero }
    return slowestTurn
  }

  /// Runs until `stop()`.
  package func run() {
    owner = pthread_self()
    isStopped = false
    var events = [epoll_event](repeating: epoll_event(), count: 256)
    while !isStopped {
      let count = events.withUnsafeMutableBufferPointer { buffer in
        epoll_wait(poll.raw, buffer.baseAddress, Int32(buffer.count), patience())
      }
      if count < 0 { precondition(errno == EINTR, "epoll_wait: \(SystemError.last("epoll_wait"))") }
      now = .now
      turn.take {
        drainPosted()
        for index in 0..<max(0, Int(count)) { dispatch(events[index]) }
        while let timer = timers.takeDue(at: now) {
          timer.fire()
          drainSoon()
        }
        drainSoon()
      }
      slowestTurn = max(slowestTurn, Instant.now.since(now))
    }
  }

  private func dispatch(_ event: epoll_event) {
    if event.data.u64 == 0 {
      bell.silence()
    } else {
      // A watch that an earlier event of this turn cancelled is no longer here.
      watches[event.data.u64]?.deliver(Readiness(rawValue: event.events))
    }
    drainSoon()
  }

  private func drainPosted() {
    posted.withLock { posted in
      swap(&posted.bodies, &bodies)
      posted.needsBell = false
    }
    for body in bodies {
      body.run()
      drainSoon()
    }
    bodies.removeAll(keepingCapacity: bodies.count < 1024)
  }

  private func drainSoon() {
    while !soonQueue.isEmpty {
      let bodies = soonQueue
      soonQueue.removeAll()
      for body in bodies { body() }
    }
  }

  /// How long to wait for something to happen: until the first timer, in milliseconds, rounded up
  /// so that it is due when the loop wakes.
  private func patience() -> Int32 {
    let hasWork = posted.withLock { posted in
      posted.needsBell = posted.bodies.isEmpty
      return !posted.needsBell
    }
    if hasWork || !soonQueue.isEmpty { return 0 }
    guard let due = timers.first else { return -1 }
    let wait = due.since(.now).clampedNanoseconds
    return Int32(clamping: (wait + 999_999) / 1_000_000)
  }

  func noteCancelledTimer() {
    assertCurrent()
    timers.noteCancelled()
  }

  func rearm(_ watch: Watch) {
    assertCurrent()
    do {
      try control(EPOLL_CTL_MOD, watch)
    } catch {
      preconditionFailure("a watch outlived its descriptor: \(error)")
    }
  }

  func forget(_ watch: Watch) {
    assertCurrent()
    watches.remove(watch)
    do {
      try control(EPOLL_CTL_DEL, watch)
    } catch {
      preconditionFailure("a watch outlived its descriptor: \(error)")
    }
  }

  func drop(_ watch: Watch) {
    assertCurrent()
    watches.remove(watch)
  }

  private func control(_ operation: Int32, _ watch: Watch) throws(SystemError) {
    var event = epoll_event(
      events: watch.interest.rawValue, data: epoll_data(u64: watch.number))
    let poll = poll.raw
    try retrying("epoll_ctl") { epoll_ctl(poll, operation, watch.raw, &event) }
  }
}
