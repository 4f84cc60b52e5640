import OrienModel
import Synchronization

/// A call that was handed to a plugin, for whoever may have to give it up.
package final class Invocation: Sendable {
  enum Stage: Sendable {
    case waiting, running
    /// Given up before it ran: it never will.
    case abandoned
    /// Given up while it ran: its thread counts as lost until it returns.
    case writtenOff
    case over
  }

  let handler: Int
  private let stage = Mutex(Stage.waiting)

  init(of handler: Int) { self.handler = handler }

  /// The handler has been called and has not returned, as far as it was waited for.
  var isRunning: Bool { stage.withLock { $0 == .running } }

  /// It was given up before its handler was called, and never will be.
  package var isAbandoned: Bool { stage.withLock { $0 == .abandoned } }

  /// True where the handler is to be called now.
  func start() -> Bool {
    stage.withLock { stage in
      guard stage == .waiting else { return false }
      stage = .running
      return true
    }
  }

  /// The same for a call of `host`; nil where it is to be called, else what its caller hears.
  func refusal(of host: any CallHost) -> CallResult? {
    guard host.isCancelled || !start() else { return nil }
    let failure = Failure(.cancelled, "cancelled", "cancelled before it ran")
    return CallResult(.failed(failure), wasCalled: false)
  }

  /// The handler returned; true where it had been written off.
  func end() -> Bool {
    stage.withLock { stage in
      defer { stage = .over }
      return stage == .writtenOff
    }
  }

  /// Gives the call up; true where a thread is lost with it.
  func giveUp() -> Bool {
    stage.withLock { stage in
      switch stage {
      case .waiting:
        stage = .abandoned
        return false
      case .running:
        stage = .writtenOff
        return true
      case .abandoned, .writtenOff, .over: return false
      }
    }
  }
}
