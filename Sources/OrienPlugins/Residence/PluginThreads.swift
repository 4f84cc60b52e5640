import OrienFFI
import OrienModel
import OrienSystem
import Synchronization

/// The threads on which one plugin's handlers run: made when they are wanted, up to its
/// concurrency, ended when there was nothing to do for a while. A handler that never returns keeps
/// one of these and nobody else's.
final class PluginThreads: Sendable {
  /// A bare closure would go through a channel in another one.
  private struct Job: Sendable {
    let run: @Sendable (inout Arena) -> Void
  }

  /// As the header promises; untouched pages of it cost nothing.
  static let stackBytes = 1 << 20
  private static let patience = Duration.seconds(30)

  let most: Int
  private let name: String
  private let jobs = Channel<Job>()
  private let counts = Mutex(Counts())
  /// Closed when the last thread ended after `close`.
  private let ended = Channel<Never>()

  private struct Counts {
    var threads = 0
    /// Threads that wait for a job, and jobs that wait for a thread.
    var idle = 0
    var waiting = 0
    /// A thread is on its way to its first job.
    var isStarting = false
    var isClosing = false

    var isEnded: Bool { isClosing && threads == 0 }

    /// True where the caller is to start a thread. One starts at a time, and the next when that has
    /// found more than its job: handlers that are quicker than a thread starts are done by few.
    mutating func takeStart(most: Int) -> Bool {
      guard waiting > idle, threads < most, !isStarting else { return false }
      threads += 1
      isStarting = true
      return true
    }
  }

  init(name: String, most: Int) {
    self.name = String(name.prefix(15))
    self.most = most
  }

  /// Runs the job as soon as there is a thread. Fails where there is none at all and none to be had.
  func run(_ job: @escaping @Sendable (inout Arena) -> Void) throws(Failure) {
    let needsThread = counts.withLock { counts in
      counts.waiting += 1
      return counts.takeStart(most: most)
    }
    if needsThread {
      do throws(SystemError) { try start() } catch {
        let isAlone = counts.withLock { counts in
          if counts.threads == 0 { counts.waiting -= 1 }
          return counts.threads == 0
        }
        if isAlone { throw error.failure("starting a thread of plugin \(name)") }
      }
    }
    jobs.send(Job(run: job))
  }

  private func start() throws(SystemError) {
    do throws(SystemError) {
      try Thread(orFailing: name, stackBytes: Self.stackBytes) { [self] in work() }.detach()
    } catch {
      counts.withLock { counts in
        counts.threads -= 1
        counts.isStarting = false
      }
      throw error
    }
  }

  /// Ends the threads as they become idle. Nothing may be run from here on.
  func close() {
    jobs.close()
    let isEnded = counts.withLock { counts in
      counts.isClosing = true
      return counts.isEnded
    }
    if isEnded { ended.close() }
  }

  /// Blocks until `close` was called and the last thread is gone.
  func waitUntilEnded() { _ = ended.receive() }

  private func work() {
    var arena = Arena()
    var isNew = true
    while true {
      counts.withLock { $0.idle += 1 }
      let job = jobs.receive(within: Self.patience)
      let (isOver, needsThread) = counts.withLock { counts in
        counts.idle -= 1
        if isNew { counts.isStarting = false }
        isNew = false
        if job != nil {
          counts.waiting -= 1
          return (false, counts.takeStart(most: most))
        }
        // A job may have been counted on this thread after its patience was over.
        if counts.waiting > counts.idle { return (false, false) }
        counts.threads -= 1
        return (true, false)
      }
      // Where there is none to be had, those that are there do it all.
      if needsThread { try? start() }
      job?.run(&arena)
      if isOver {
        if counts.withLock({ $0.isEnded }) { ended.close() }
        return
      }
    }
  }
}
