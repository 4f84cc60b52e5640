package import OrienModel
package import OrienSystem

extension Loop {
  /// Runs on the calling thread until the condition holds; false where it does not within `bound`.
  /// What is asked may lie outside of the loop, so it is asked again and again.
  package func drive(
    within bound: Duration = .seconds(30), until condition: () -> Bool
  ) -> Bool {
    let end = Instant.now + bound
    while !condition() {
      guard Instant.now < end else { return false }
      turn()
    }
    return true
  }

  /// Runs it for a moment.
  package func turn() {
    let tick = schedule(after: .milliseconds(1)) { [self] in stop() }
    run()
    tick.cancel()
  }

  /// Asks for something that is answered on the loop, and runs it until then.
  package func answer<Value>(
    _ ask: (@escaping (Result<Value, Failure>) -> Void) -> Void
  ) throws(Failure) -> Value {
    var answer: Result<Value, Failure>?
    ask { answer = $0 }
    guard drive(until: { answer != nil }), let answer else {
      throw Failure(.internal, "no-answer", "nothing answered within the bound of a test")
    }
    return try answer.get()
  }
}
