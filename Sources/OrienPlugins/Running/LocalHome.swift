import OrienFFI
import OrienModel

/// A home in this process, whose calls hold the thread that they run on.
protocol LocalHome: PluginHome {
  /// Those that calls run on which somebody else's thread brings.
  var threads: PluginThreads { get }

  /// Runs a handler on the calling thread and gives back what came of it.
  func perform(
    _ call: PluginCall, host: any CallHost, as invocation: Invocation, _ arena: inout Arena
  ) -> CallResult
}

extension LocalHome {
  /// On one of `threads`.
  func performOnThread(
    _ call: PluginCall, host: any CallHost, as invocation: Invocation,
    done: @escaping @Sendable (CallResult) -> Void
  ) {
    do {
      try threads.run { [self] arena in
        done(perform(call, host: host, as: invocation, &arena))
      }
    } catch {
      done(CallResult(.failed(error), wasCalled: false))
    }
  }
}
