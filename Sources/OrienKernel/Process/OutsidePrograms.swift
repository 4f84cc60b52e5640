import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

/// Programs that a plugin starts outside of the jail: those that its manifest grants, in its own
/// folder, with an environment that nobody but the operator adds to. Belongs to the loop.
struct OutsidePrograms {
  let jail: any Jail
  let resolver: Resolver
  let loop: Loop
  let log: Log

  /// What a program finds that was started by a person who logged in anew and set nothing: files of
  /// settings in the plugin's folder are the plugin's, and not read for being in a home.
  private static let environment = [
    "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/nonexistent", "TMPDIR=/tmp",
  ]

  /// `label` says in the log whose it is. Failures: `denied` where the manifest does not grant it.
  func start(
    _ command: Command, of plugin: Plugin, limits: Limits, label: [String: String],
    output: any ByteSink, errors: any ByteSink, onEnd: @escaping (JailEnd) -> Void
  ) throws(Failure) -> ProcessRun {
    var command = try plugin.manifest.grants.command(command, of: plugin.name)
    guard let folder = plugin.folder else {
      throw Failure(.denied, "not-granted", "a tool that is declared starts nothing by itself")
    }
    try check(command.arguments[0], of: plugin, in: folder)
    command.environment = Self.environment + command.environment
    let home: Descriptor
    do { home = try Folder(at: folder).descriptor() } catch let error as SystemError {
      throw error.failure(folder)
    } catch let error as Failure {
      throw error
    } catch {
      preconditionFailure("a folder fails as the system or its path does")
    }
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

  /// Whoever could change the file, or what leads there, would choose what runs: nobody but root and
  /// this user may. What a plugin writes in its folder is this user's too, and is none.
  private func check(_ path: String, of plugin: Plugin, in folder: String) throws(Failure) {
    let own = folder.prefix(upTo: folder.lastIndex(of: "/") ?? folder.endIndex)
    let written = [String(own)] + plugin.manifest.grants.folders.filter(\.isWritable).map(\.path)
    for place in written where path.hasPrefix(place + "/") {
      throw Failure(
        .denied, "untrusted-program", "\(path) is in \(place), which plugins write to")
    }
    try HostProgram.check(path)
  }
}
