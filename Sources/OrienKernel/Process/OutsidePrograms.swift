import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

/// Programs that a plugin starts outside of the jail, which end with its call. Belongs to the loop.
struct OutsidePrograms {
  let jail: any Jail
  let resolver: Resolver
  let loop: Loop
  let log: Log

  /// `label` says in the log whose it is. Failures: `denied` where the manifest does not grant it.
  func start(
    _ command: Command, of plugin: Plugin, limits: Limits, label: [String: String],
    output: any ByteSink, errors: any ByteSink, onEnd: @escaping (JailEnd) -> Void
  ) throws(Failure) -> ProcessRun {
    let outside = try OutsideCommand(command, of: plugin.identity)
    guard outside.network == .host else {
      throw Failure(
        .denied, "not-granted",
        "\(plugin.name).json lets \(outside.command.arguments[0]) reach public addresses only, to "
          + "which a program is held that lasts: it is started by orien.lasting/1")
    }
    let home = try outside.home()
    let command = outside.command
    var fields = label
    fields["plugin"] = plugin.name
    fields["program"] = command.arguments[0]
    log.info("a plugin starts a program outside of the jail", fields)
    return try ProcessRun(
      command, as: JailRequest(command.arguments, environment: command.environment, limits: limits),
      in: home,
      by: ProcessRun.Ways(
        egress: nil, jail: jail, resolver: resolver, loop: loop, log: log, label: label),
      output: output, errors: errors, onEnd: onEnd)
  }
}
