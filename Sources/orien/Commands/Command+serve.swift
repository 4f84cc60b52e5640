import OrienModel
import OrienSystem

extension Command {
  /// `orien serve`: reads the configuration, refuses what must not be served, and runs the node.
  static func serve(_ invocation: Invocation) throws(Failure) -> ExitCode {
    try serve(invocation, with: [:])
  }

  /// With settings that options beside those of `serve` stand for.
  static func serve(
    _ invocation: Invocation, with settings: Configuration.Flags
  ) throws(Failure) -> ExitCode {
    Program.hide()
    let read: Node.Reread = { () throws(Failure) in
      var configuration = try Configuration.load(invocation, with: settings)
      configuration.isSafe = invocation.has(.safeMode)
      try configuration.takeKeys()
      return configuration
    }
    let configuration = try read()
    try configuration.check()
    try configuration.checkUser()
    let environment = invocation.environment
    // Before there is a second thread, as the log has one.
    let former = try configuration.account.map { account throws(Failure) in
      try FormerRoot(giving: account, configuration, environment)
    }
    let log = configuration.log
    if let warning = configuration.warningOfName { log.warning(warning) }
    do throws(Failure) {
      return try Node(configuration, environment, log, former, rereading: read).run()
    } catch {
      log.close()
      throw error
    }
  }
}
