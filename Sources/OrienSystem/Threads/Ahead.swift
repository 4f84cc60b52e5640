package import OrienModel

/// What is worked out on another thread, one thing after the other, while whoever will want it does
/// something else. A second such thread would stand before who waits, where there are two processors.
package final class Ahead: Sendable {
  private let jobs = Channel<@Sendable () -> Void>()

  /// `name` has at most 15 bytes.
  package init(_ name: String) {
    Thread(name) { [jobs] in Self.work(jobs) }.detach()
  }

  /// The same, for one that the node can go on without.
  package init(orFailing name: String, stackBytes: Int) throws(SystemError) {
    try Thread(orFailing: name, stackBytes: stackBytes) { [jobs] in Self.work(jobs) }.detach()
  }

  private static func work(_ jobs: Channel<@Sendable () -> Void>) {
    while let job = jobs.receive() { job() }
  }

  /// What has begun is ended first.
  deinit { jobs.close() }

  package func begin<Value>(
    _ body: @escaping @Sendable () throws(Failure) -> Value
  ) -> Pending<Value> {
    let answer = Channel<Result<Value, Failure>>()
    jobs.send { answer.send(Result { () throws(Failure) in try body() }) }
    return Pending(answer: answer)
  }

  package struct Pending<Value: Sendable>: Sendable {
    fileprivate let answer: Channel<Result<Value, Failure>>

    /// Waits for it. What is begun later has it at once.
    package func value() throws(Failure) -> Value {
      guard let result = answer.receive() else {
        preconditionFailure("nobody closes what is sent once")
      }
      // For the next who asks.
      answer.send(result)
      return try result.get()
    }
  }
}
