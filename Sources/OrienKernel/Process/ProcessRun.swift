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
  private let process: any JailProcess

  /// Starts the command, which has the deadline that it names beside its call's. `onEnd` is called
  /// once, never before this returns.
  init(
    _ command: Command, limits: Limits, needsWalls: Bool, in workspace: Workspace,
    jail: any Jail, loop: Loop, output: any ByteSink, errors: any ByteSink,
    onEnd: @escaping (JailEnd) -> Void
  ) throws(Failure) {
    var deadline: Timer?
    do {
      let output = try PipePump(into: output, loop: loop)
      let errors = try PipePump(into: errors, loop: loop)
      let descriptors = JailDescriptors(
        input: try .input(command.input), output: output.takeWriter(),
        errors: errors.takeWriter(), workspace: try workspace.folder.descriptor())
      process = jail.start(
        JailRequest(
          command.arguments, environment: command.environment, limits: limits,
          needsWalls: needsWalls),
        descriptors, onStart: {},
        onEnd: { end in
          deadline?.cancel()
          output.finish()
          errors.finish()
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
