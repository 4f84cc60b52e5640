import OrienModel
import OrienSystem
import Synchronization

/// One call between the node and a handler: what its `orien_call` stands for.
///
/// The call's functions reach it from any thread; it outlives each of them, whenever it ends.
final class RunningCall: Sendable {
  let id: String
  let plugin: PluginContext
  /// Nil in open() and probe(), which have no handler, session or streams.
  let host: (any CallHost)?
  /// What its handler may meter.
  let units: [String]
  private let deadline: Instant
  private let saidBox = Mutex(Said())

  init(
    id: String, plugin: PluginContext, host: (any CallHost)?, units: [String], deadline: Instant
  ) {
    self.id = id
    self.plugin = plugin
    self.host = host
    self.units = units
    self.deadline = deadline
  }

  var said: Said { saidBox.withLock { $0 } }

  /// Keeps the last reason that was given.
  func fail(reason: String?, message: String) {
    saidBox.withLock { $0.failure = (reason, message) }
  }

  /// Keeps why the node did not do what it was asked for.
  func note(refusal: Failure) { saidBox.withLock { $0.refusal = refusal } }

  /// Keeps the command that the call goes on as; a call has one.
  func exec(_ command: Command) -> CallStatus {
    saidBox.withLock { said in
      guard said.command == nil else { return .conflict }
      said.command = command
      return .exec
    }
  }

  var isCancelled: Bool { host?.isCancelled ?? (Instant.now >= deadline) }
}
