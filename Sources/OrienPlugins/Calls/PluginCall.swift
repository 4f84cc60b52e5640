package import OrienModel
package import OrienSystem

/// One call of a handler, as the kernel hands it to a plugin.
package struct PluginCall: Sendable {
  /// Of the handler in its plugin's declaration.
  package var handler: Int
  package var arguments: CallArguments
  /// The execution's id.
  package var id: String
  /// Nil: a call of the node's own.
  package var session: String?
  /// The workspace as a daemon mounts it; nil where there is none, or none sees it.
  package var workspace: SharedWorkspace?
  /// As granted.
  package var limits: Limits
  package var deadline: Instant

  package init(
    handler: Int, arguments: CallArguments, id: String, session: String? = nil,
    workspace: SharedWorkspace? = nil, limits: Limits = Limits(), deadline: Instant
  ) {
    self.handler = handler
    self.arguments = arguments
    self.id = id
    self.session = session
    self.workspace = workspace
    self.limits = limits
    self.deadline = deadline
  }
}

/// A workspace as a daemon of this machine can mount it.
package struct SharedWorkspace: Sendable, Equatable {
  package var path: String
  /// Whose its files are there. 0 is root, as whom nobody's program is to run.
  package var user: UInt32

  package init(path: String, user: UInt32) {
    self.path = path
    self.user = user
  }
}

/// Checked arguments in the handler's own form.
package enum CallArguments: Sendable, Equatable {
  /// One for each that the handler declares, in its order and of its kind; anything else traps.
  case values([ArgumentValue])
  /// One JSON object, fallbacks filled in, for a handler that is packed.
  case packed([UInt8])
}

/// How a handler's call ended, once, when its thread returned.
package struct CallResult: Sendable, Equatable {
  package var outcome: Outcome
  /// CPU time of the handler's own thread.
  package var cpuMicroseconds: UInt64
  /// The handler was called: there is something to pay for.
  package var wasCalled: Bool

  package init(_ outcome: Outcome, cpuMicroseconds: UInt64 = 0, wasCalled: Bool = true) {
    self.outcome = outcome
    self.cpuMicroseconds = cpuMicroseconds
    self.wasCalled = wasCalled
  }

  package enum Outcome: Sendable, Equatable {
    case done
    /// The execution goes on as this command.
    case exec(Command)
    /// Reason and message are the plugin's where it called fail(). One that broke the contract
    /// has the reason `plugin-misbehaved`.
    case failed(Failure)
  }
}
