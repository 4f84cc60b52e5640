import OrienFFI
import OrienModel
import OrienSystem

/// A declared function in this process, which is a worker: its library loaded, and threads to call it
/// on.
final class FunctionHome: LocalHome {
  private let function: Function
  private let code: ForeignFunction
  let threads: PluginThreads

  /// Loads the library, with whatever its constructors do. Blocks as long as these like.
  init(_ function: Function, name: String, slots: Int) throws(Failure) {
    let address = try Function.find(function.symbol, in: function.library)
    self.function = function
    code = ForeignFunction(
      at: address, taking: function.parameters.map(\.type), returning: function.returnedType)
    threads = PluginThreads(name: name, most: slots)
  }

  func invoke(
    _ call: PluginCall, host: any CallHost, as invocation: Invocation,
    done: @escaping @Sendable (CallResult) -> Void
  ) {
    performOnThread(call, host: host, as: invocation, done: done)
  }

  func perform(
    _ call: PluginCall, host: any CallHost, as invocation: Invocation, _ arena: inout Arena
  ) -> CallResult {
    if let refusal = invocation.refusal(of: host) { return refusal }
    let before = Thread.cpuMicroseconds
    let outcome = run(call, host)
    _ = invocation.end()
    return CallResult(outcome, cpuMicroseconds: Thread.cpuMicroseconds - before)
  }

  private func run(_ call: PluginCall, _ host: any CallHost) -> CallResult.Outcome {
    guard case .values(let values) = call.arguments else {
      preconditionFailure("a declared function takes its arguments one by one")
    }
    do throws(Failure) {
      return try FunctionCall(function, values).run(code) { host.emit(.output, $0) }
    } catch {
      return .failed(error)
    }
  }

  func cancel(_ invocation: Invocation) {}

  /// The process is ended for it.
  func giveUp(_ invocation: Invocation) -> Bool { invocation.giveUp() }

  func beginAsking() -> Channel<Failure?>? { nil }

  func noteSilentProbe(_ failure: Failure) {}

  /// No process of its own.
  var residentBytes: UInt64? { nil }

  /// It is from its beginning.
  func open() {}

  func restart() {}

  /// The process ends next, and with it what is left here.
  func close(within patience: Duration) throws(Failure) { threads.close() }

  var state: Plugin.State { .ready }
  var capacity: Int { threads.most }
  func stuckCalls(of handler: Int) -> Int { 0 }
}

extension Function {
  /// Loads the library, which stays.
  static func find(
    _ symbol: String, in library: String
  ) throws(Failure) -> UnsafeMutableRawPointer {
    guard let address = try SharedLibrary(at: library).symbol(symbol) else {
      throw Failure(.invalid, "no-symbol", "\(library) has no \(symbol)")
    }
    return address
  }
}
