import OrienModel
import OrienSystem

/// The place of a plugin that needs what nobody has granted it: none of its code is run.
final class WithheldHome: PluginHome {
  let isolation: Manifest.Isolation
  private let failure: Failure

  init(_ failure: Failure, isolation: Manifest.Isolation) {
    self.failure = failure
    self.isolation = isolation
  }

  func invoke(
    _ call: PluginCall, host: any CallHost, as invocation: Invocation,
    done: @escaping @Sendable (CallResult) -> Void
  ) {
    done(CallResult(.failed(failure), wasCalled: false))
  }

  var state: Plugin.State { .unavailable(failure) }
  var residentBytes: UInt64? { nil }
  var capacity: Int { 0 }
  func stuckCalls(of handler: Int) -> Int { 0 }
  func cancel(_ invocation: Invocation) {}
  func giveUp(_ invocation: Invocation) -> Bool { false }
  func beginAsking() -> Channel<Failure?>? { nil }
  func noteSilentProbe(_ failure: Failure) {}
  func open() {}
  func restart() {}
  func close(within patience: Duration) {}
}
