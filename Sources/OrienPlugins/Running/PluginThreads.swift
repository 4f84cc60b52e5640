import OrienFFI
import OrienModel
import OrienSystem
import Synchronization

/// The threads on which one plugin's handlers run: made when they are wanted, up to its
/// concurrency, ended when there was nothing to do for a while. A handler that never returns keeps
/// one of these and nobody else's.
final class PluginThreads: Sendable {
  typealias Job = @Sendable (inout Arena) -> Void

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
    var isClosing = false

    var isEnded: Bool { isClosing && threads == 0 }
  }

  init(name: String, most: Int) {
    self.name = String(name.prefix(15))
    self.most = most
  }

  /// Runs the job as soon as there is a thread. Fails where there is none at all and none to be had.
  func run(_ job: @escaping Job) throws(Failure) {
    let needsThread = counts.withLock { counts in
      counts.waiting += 1
      guard counts.waiting > counts.idle, counts.threads < most else { return false }
      counts.threads += 1
      return true
    }
    if needsThread {
      do {
        try Thread(orFailing: name, stackBytes: Self.stackBytes) { [self] in work() }.detach()
      } catch {
        let isAlone = counts.withLock { counts in
          counts.threads -= 1
          if counts.threads == 0 { counts.waiting -= 1 }
          return counts.threads == 0
        }
        if isAlone { throw error.failure("starting a thread of plugin \(name)") }
      }
    }
    jobs.send(job)
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
    while true {
      counts.withLock { $0.idle += 1 }
      let job = jobs.receive(within: Self.patience)
      let isOver = counts.withLock { counts in
        counts.idle -= 1
        if job != nil {
          counts.waiting -= 1
          return false
        }
        // A job may have been counted on this thread after its patience was over.
        if counts.waiting > counts.idle { return false }
        counts.threads -= 1
        return true
      }
      job?(&arena)
      if isOver {
        if counts.withLock({ $0.isEnded }) { ended.close() }
        return
      }
    }
  }
}
