import OrienModel
import OrienSystem

/// Where a plugin's code runs, and the way to it: this process or one of its own. Any thread.
protocol PluginHome: AnyObject, Sendable {
  /// Calls the handler and answers `done` once, from any thread. Never waits.
  func invoke(
    _ call: PluginCall, host: any CallHost, as invocation: Invocation,
    done: @escaping @Sendable (CallResult) -> Void)

  /// The call's `host` is cancelled: a handler that cannot see that itself is to hear of it.
  func cancel(_ invocation: Invocation)

  /// The call outlived its deadline and grace; true where a thread is lost with it.
  func giveUp(_ invocation: Invocation) -> Bool

  /// Asks the plugin whether its backend is usable; nil where there is nothing to wait for.
  func beginAsking() -> Channel<Failure?>?

  /// It has not answered in time.
  func noteSilentProbe(_ failure: Failure)

  /// Has the plugin open, where that would wait for its first call. Blocks for as long as open() may
  /// take.
  func open() throws(Failure)

  /// Forgets what went wrong, and ends a process that is the plugin's own once its calls returned.
  func restart()

  /// Ends what runs of the plugin, once, when nothing is invoked any more. Blocks up to `patience`.
  func close(within patience: Duration) throws(Failure)

  var state: Plugin.State { get }

  /// How many processes have been the plugin's own and are so no more: what one had open, and had read
  /// of its files, is not the next one's.
  var pastProcesses: UInt64 { get }

  /// Of a process that is the plugin's own, while it runs.
  var residentBytes: UInt64? { get }

  /// Handlers that can run at once now.
  var capacity: Int { get }

  /// Calls of a handler that were given up and have not returned.
  func stuckCalls(of handler: Int) -> Int
}

extension PluginHome {
  /// Of what runs in this process.
  var pastProcesses: UInt64 { 0 }
}
