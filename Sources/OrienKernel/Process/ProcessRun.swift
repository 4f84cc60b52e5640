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
    let reach: Reach
    let needsWalls: Bool
    let jail: any Jail
    let resolver: Resolver
    let loop: Loop
    let log: Log
    let execution: ExecutionID
  }

  private let process: any JailProcess

  /// Starts the command, which has the deadline that it names beside its call's. `onEnd` is called
  /// once, never before this returns.
  init(
    _ command: Command, limits: Limits, in workspace: Workspace, by ways: Ways,
    output: any ByteSink, errors: any ByteSink, onEnd: @escaping (JailEnd) -> Void
  ) throws(Failure) {
    let reach = command.network == .none ? ways.reach.offline : ways.reach
    if command.network == .needed, reach.network == .none { throw Self.noNetwork }
    if command.readsOnly, ways.jail.capabilities?.walls == JailCapabilities.Walls.none {
      throw Self.notReadOnly
    }
    let request = JailRequest(
      command.arguments, environment: reach.environment + command.environment,
      limits: limits, needsWalls: ways.needsWalls, readsOnly: command.readsOnly,
      network: reach.network,
      devices: try reach.places(among: ways.jail.devices))
    let loop = ways.loop
    let doorway = Doorway(
      reach.egress, resolver: ways.resolver, loop: loop, log: ways.log,
      fields: ["execution": ways.execution.description])
    var deadline: Timer?
    do {
      let output = try PipePump(into: output, loop: loop)
      let errors = try PipePump(into: errors, loop: loop)
      let descriptors = JailDescriptors(
        input: try .input(command.input), output: output.takeWriter(),
        errors: errors.takeWriter(), workspace: try workspace.folder.descriptor())
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

  private static let notReadOnly = Failure(
    .unavailable, "not-read-only",
    "nothing walls programs in on this machine, so that none can be kept from writing to its "
      + "workspace: ask for one that may")
  private static let noNetwork = Failure(
    .denied, "network-not-granted", "the manifest of its plugin grants no network")

  func kill(_ reason: ProcessExit.Reason) { process.kill(reason) }
}
