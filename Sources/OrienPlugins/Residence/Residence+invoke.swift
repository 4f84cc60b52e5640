import COrienABI
import OrienFFI
import OrienModel
import OrienSystem

extension Residence {
  func invoke(
    _ call: PluginCall, host: any CallHost, as invocation: Invocation,
    done: @escaping @Sendable (CallResult) -> Void
  ) {
    if case .stuck = state, capacity == 0 {
      done(CallResult(.failed(Self.isStuck(name)), wasCalled: false))
      return
    }
    performOnThread(call, host: host, as: invocation, done: done)
  }

  func perform(
    _ call: PluginCall, host: any CallHost, as invocation: Invocation, _ arena: inout Arena
  ) -> CallResult {
    if let refusal = invocation.refusal(of: host) { return refusal }
    let before = Thread.cpuMicroseconds
    let outcome = frame(call, host: host).run(table.handlers[call.handler].run, &arena)
    let used = Thread.cpuMicroseconds - before
    if invocation.end() {
      noteLostThread(-1, of: call.handler)
      context.log(.warning, "a call that was given up has returned", call: call.id)
    }
    return CallResult(outcome, cpuMicroseconds: used)
  }

  /// Its handler asks the host itself.
  func cancel(_ invocation: Invocation) {}

  /// It is since it was loaded.
  func open() {}

  /// A library that is loaded stays so.
  func restart() {}

  func giveUp(_ invocation: Invocation) -> Bool {
    guard invocation.giveUp() else { return false }
    noteLostThread(1, of: invocation.handler)
    return true
  }

  private static func isStuck(_ name: String) -> Failure {
    Failure(
      .unavailable, "plugin-stuck",
      "plugin \(name) is stuck: none of its threads has returned; restart the node to load it again"
    )
  }

  private func frame(_ call: PluginCall, host: any CallHost) -> CallFrame {
    let handler = table.handlers[call.handler]
    return CallFrame(
      call: RunningCall(
        id: call.id, plugin: context, host: host, units: handler.declaration.units,
        deadline: call.deadline),
      signature: handler.signature, values: call.arguments.values, first: opened.handle,
      host: opened.host, handler: handler.pointer, session: call.session,
      workspace: call.workspace, limits: call.limits, deadline: call.deadline)
  }
}

extension CallArguments {
  fileprivate var values: [ArgumentValue] {
    switch self {
    case .values(let values): values
    case .packed(let bytes): [.bytes(bytes)]
    }
  }
}
