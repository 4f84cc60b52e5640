import OrienModel
import OrienSystem

// The service that tells providers which of their ports are reached.
extension Command {
  static let portChecking: [Command] = [
    Command(
      "port-check serve", "Tell providers which of their ports are reached from here",
      options: [.config],
      examples: [
        Example("orien port-check serve", "At PORT_CHECKER_HOST and PORT_CHECKER_PORT, 9000")
      ], run: servePortChecks)
  ]

  private static func servePortChecks(_ invocation: Invocation) throws(Failure) -> ExitCode {
    try PortCheckServer(try Configuration.load(invocation)).run()
  }
}
