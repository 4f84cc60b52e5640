import OrienModel
import OrienSystem
import Synchronization

/// A declared program: nothing of it runs in the node, which only says what the jail is to run.
final class ProgramHome: PluginHome {
  private let program: Program
  let capacity: Int
  private let isClosed = Atomic(false)

  init(_ program: Program, slots: Int) {
    self.program = program
    capacity = slots
  }

  func invoke(
    _ call: PluginCall, host: any CallHost, as invocation: Invocation,
    done: @escaping @Sendable (CallResult) -> Void
  ) {
    if let refusal = invocation.refusal(of: host) { return done(refusal) }
    let outcome = outcome(of: call)
    _ = invocation.end()
    done(CallResult(outcome))
  }

  private func outcome(of call: PluginCall) -> CallResult.Outcome {
    guard case .packed(let object) = call.arguments else {
      preconditionFailure("a declared program takes its arguments as an object")
    }
    do throws(Failure) {
      let command = program.command(for: try JSON(parsing: object))
      guard command.isSound else {
        throw Failure(.limited, "too-large", "its arguments are more than any program is given")
      }
      return .exec(command)
    } catch {
      return .failed(error)
    }
  }

  func cancel(_ invocation: Invocation) {}

  func giveUp(_ invocation: Invocation) -> Bool {
    _ = invocation.giveUp()
    return false
  }

  func beginAsking() -> Channel<Failure?>? { nil }

  func noteSilentProbe(_ failure: Failure) {}

  /// No process of its own.
  var residentBytes: UInt64? { nil }

  /// It is from its beginning.
  func open() {}

  func restart() {}

  func close(within patience: Duration) throws(Failure) {
    isClosed.store(true, ordering: .releasing)
  }

  /// Looked at anew each time: who installs the program has the tool.
  var state: Plugin.State {
    if isClosed.load(ordering: .acquiring) { return .closed }
    let isThere = Program.folders.contains {
      HostFile.kind(at: "\($0)/\(program.name)") == .regular
    }
    guard !isThere else { return .ready }
    let places = Program.folders.joined(separator: " or ")
    return .unavailable(
      Failure(.unavailable, "no-program", "there is no \(program.name) in \(places): install it"))
  }

  func stuckCalls(of handler: Int) -> Int { 0 }
}
