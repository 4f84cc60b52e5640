import OrienModel
import OrienSystem

extension Command {
  /// `orien start`: `serve` by the words of providers of machines; with `--daemon` in a process that
  /// goes on by itself.
  static func start(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let settings = try invocation.startSettings()
    if invocation.has(.gui) || invocation.has(.noGUI) {
      invocation.console.tell("there is no window: /docs of the node is a page for people")
    }
    var configuration = try Configuration.load(invocation, with: settings)
    if let node = try RunningNode(on: configuration.stateFolder) {
      throw Failure(
        .conflict, "in-use",
        "a node runs on \(configuration.stateFolder) already (pid \(node.process.pid)): orien stop")
    }
    guard invocation.has(.daemon) || invocation.has(.detach) else {
      let place = PIDFile(invocation.environment)
      invocation.note(place)
      let result = Result { () throws(Failure) in try serve(invocation, with: settings) }
      invocation.clear(place)
      return try result.get()
    }
    try configuration.takeKeys()
    // Refused here, where somebody reads it.
    try configuration.check()
    let background = try BackgroundNode.started(by: invocation, configuration)
    let (pid, log) = (background.pid, background.logPath)
    let progress = Progress("starting", invocation.console)
    let place = try background.waitUntilServing(progress)
    progress.end()
    try invocation.console.line(
      "\(place) (pid \(pid)); log: \(log); end it by orien stop")
    return .success
  }
}

extension Invocation {
  fileprivate func startSettings() throws(Failure) -> Configuration.Flags {
    if has(.stopMachines), has(.keepMachines) {
      throw .usage("--stop-vms-on-exit and --keep-vms-on-exit: expected one of them", command)
    }
    var settings: Configuration.Flags = [:]
    if let network = value(.network) {
      settings["NETWORK"] = (Option.network.name, network)
    }
    if has(.stopMachines) { settings["STOP_VMS_ON_EXIT"] = (Option.stopMachines.name, "1") }
    if has(.keepMachines) { settings["STOP_VMS_ON_EXIT"] = (Option.keepMachines.name, "0") }
    // Without the setting nobody is asked in any case.
    if has(.noVerifyPort), Setting.named("SKIP_PORT_VERIFICATION") != nil {
      settings["SKIP_PORT_VERIFICATION"] = (Option.noVerifyPort.name, "1")
    }
    return settings
  }

  fileprivate func note(_ place: PIDFile?) {
    do throws(Failure) { try place?.write(Program.id) } catch {
      console.tell("no pid file: \(error.message)")
    }
  }

  fileprivate func clear(_ place: PIDFile?) {
    do throws(Failure) { try place?.remove(of: Program.id) } catch {
      console.tell("the pid file stays: \(error.message)")
    }
  }

  /// The options that were given, as words again, but for these.
  func words(without options: [Option]) -> [String] {
    values.sorted { $0.key < $1.key }
      .filter { name, _ in !options.contains { $0.name == name } }
      .flatMap { name, values in values.map { $0.isEmpty ? "--\(name)" : "--\(name)=\($0)" } }
  }
}
