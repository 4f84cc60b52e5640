import OrienModel

extension Command {
  /// `orien serve`: reads the configuration, refuses what must not be served, and runs the node.
  static func serve(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let configuration = try Configuration.load(invocation)
    try configuration.check()
    for warning in configuration.warnings { invocation.console.tell(warning) }
    throw Failure(.unavailable, "no-node", "this build has no node yet")
  }
}
