package import OrienModel

/// The threads that wait for the disk, so that the loop never does. A few, for a disk does not get
/// faster by being asked more often at once.
package final class DiskThreads: Sendable {
  private let jobs = Channel<@Sendable () -> Void>()
  private let threads: [Thread]

  package init(count: Int) {
    let jobs = jobs
    threads = (0..<count).map { index in
      Thread("disk-\(index)") { while let job = jobs.receive() { job() } }
    }
  }

  /// Runs `body` on one of the threads and answers on the loop.
  package func run<Value: Sendable>(
    _ body: @escaping @Sendable () throws(Failure) -> Value,
    then reply: Reply<Result<Value, Failure>>
  ) {
    let isTaken = jobs.send {
      let result = Result { () throws(Failure) in try body() }
      reply(result)
    }
    if !isTaken {
      reply(.failure(Failure(.unavailable, "shutting-down", "the node is shutting down")))
    }
  }

  /// Jobs that wait for a thread.
  package var backlog: Int { jobs.count }

  /// Lets what was asked for finish, and ends the threads.
  package func close() {
    jobs.close()
    for thread in threads { thread.join() }
  }
}
