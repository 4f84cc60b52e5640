import OrienModel

extension Command {
  /// `orien run`: sends files, runs the tool, streams what it writes, and exits as it did.
  static func runTool(_ invocation: Invocation) throws(Failure) -> ExitCode {
    guard !(invocation.has(.wait) && invocation.has(.noWait)) else {
      throw .usage("--wait and --no-wait are opposites", invocation.command)
    }
    let run = ToolRun(invocation, try NodeClient.Address(invocation))
    run.cancelWhenInterrupted()
    return try run.perform()
  }
}
