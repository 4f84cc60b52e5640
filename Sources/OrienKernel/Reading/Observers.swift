/// Those who want to hear of each change of something. Belongs to the loop.
package final class Observers {
  private var bodies: [UInt64: () -> Void] = [:]
  private var last: UInt64 = 0

  package init() {}

  package var isEmpty: Bool { bodies.isEmpty }

  /// Calls `body` after every change, until the answer is let go of.
  package func observe(_ body: @escaping () -> Void) -> Observation {
    last += 1
    bodies[last] = body
    return Observation(self, last)
  }

  package func tell() {
    guard !bodies.isEmpty else { return }
    for body in Array(bodies.values) { body() }
  }

  fileprivate func forget(_ number: UInt64) { bodies[number] = nil }
}

/// Somebody's look at what changes. Belongs to the loop.
package final class Observation {
  private let observers: Observers
  private let number: UInt64

  fileprivate init(_ observers: Observers, _ number: UInt64) {
    self.observers = observers
    self.number = number
  }

  deinit { observers.forget(number) }
}

/// Somebody's look at an execution. What its handler has told who watches stays for as long, also when
/// the execution is over and forgotten.
package final class ExecutionObservation {
  private let execution: Execution
  private let observation: Observation

  init(_ execution: Execution, _ body: @escaping () -> Void) {
    self.execution = execution
    observation = execution.observers.observe(body)
  }

  package var events: EventLog { execution.events }
}
