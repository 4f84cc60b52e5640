import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

/// One process of an execution: a command in the jail, its streams on their way into sinks, and
/// its end. Belongs to the loop.
///
/// The end is what the jail reports, never a closed pipe: a child that keeps one open holds
/// nothing up.
final class ProcessRun {
  /// What a process is run with that is not its own.
  struct Ways {
    /// Where it may connect to beyond itself; nil: nowhere.
    let egress: EgressPolicy?
    let jail: any Jail
    let resolver: Resolver
    let loop: Loop
    let log: Log
    /// What the log says of it.
    let label: [String: String]
  }

  private let process: any JailProcess

  /// Starts the command as `request` says, which has the deadline that it names beside its call's.
  /// `onEnd` is called once, never before this returns.
  init(
    _ command: Command, as request: JailRequest, in folder: consuming Descriptor, by ways: Ways,
    output: any ByteSink, errors: any ByteSink, onEnd: @escaping (JailEnd) -> Void
  ) throws(Failure) {
    let loop = ways.loop
    let doorway = Doorway(
      ways.egress, resolver: ways.resolver, loop: loop, log: ways.log, fields: ways.label)
    var deadline: Timer?
    do {
      let output = try PipePump(into: output, loop: loop)
      let errors = try PipePump(into: errors, loop: loop)
      let descriptors = JailDescriptors(
        input: try .input(command.input), output: output.takeWriter(),
        errors: errors.takeWriter(), workspace: folder)
      process = ways.jail.start(
        request, descriptors, onStart: { doorway.open($0) },
        onEnd: { end in
          deadline?.cancel()
          output.finish()
          errors.finish()
          var end = end
          doorway.close(billing: &end.usage)
          onEnd(end)
        })
      if let wall = command.wallMilliseconds {
        deadline = loop.schedule(after: .milliseconds(Int64(clamping: wall))) { [process] in
          process.kill(.wall)
        }
      }
    } catch {
      throw error.failure("starting \(command.arguments[0])")
    }
  }

  func kill(_ reason: ProcessExit.Reason) { process.kill(reason) }
}
