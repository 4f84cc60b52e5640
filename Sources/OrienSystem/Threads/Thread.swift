import CLinux
import Glibc

/// A thread of the operating system, which may block.
package struct Thread: Sendable {
  private let handle: pthread_t

  /// Starts a thread that runs `body` and ends. Every signal is blocked in it: signals are the
  /// loop's. `name` has at most 15 bytes. Traps where the system has no thread to give.
  @discardableResult
  package init(_ name: String, stackBytes: Int = 512 << 10, _ body: @escaping @Sendable () -> Void)
  {
    do {
      try self.init(orFailing: name, stackBytes: stackBytes, body)
    } catch {
      preconditionFailure("no thread for \(name): \(error)")
    }
  }

  /// The same, for a thread that the node can go on without.
  @discardableResult
  package init(
    orFailing name: String, stackBytes: Int, _ body: @escaping @Sendable () -> Void
  ) throws(SystemError) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackBytes)
    var handle = pthread_t()
    let start = Unmanaged.passRetained(Start(name, body))
    let failure = pthread_create(&handle, &attributes, threadBody, start.toOpaque())
    guard failure == 0 else {
      start.release()
      throw SystemError("pthread_create", failure)
    }
    self.handle = handle
  }

  /// Waits for the thread's end. To be called once; a thread nobody waits for is `detach`ed.
  package func join() { pthread_join(handle, nil) }

  package func detach() { pthread_detach(handle) }

  /// Gives the calling thread a name, and blocks every signal in it.
  package static func prepare(as name: String) {
    linux_name_thread(String(name.prefix(15)))
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
  }

  /// Lets others run that wait for a processor.
  package static func yield() { sched_yield() }

  /// The processor time that the calling thread has used.
  package static var cpuMicroseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000
  }

  fileprivate final class Start {
    let name: String
    let body: @Sendable () -> Void

    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }
}

private func threadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  let start = Unmanaged<Thread.Start>.fromOpaque(argument!).takeRetainedValue()
  Thread.prepare(as: start.name)
  start.body()
  return nil
}
