import OrienModel
import OrienSystem

extension Command {
  private static let usualPatience: Int64 = 15

  /// `orien stop`: SIGTERM to the node of the state folder, and SIGKILL where it takes too long.
  static func stop(_ invocation: Invocation) throws(Failure) -> ExitCode {
    var seconds = usualPatience
    if let text = invocation.value(.endPatience) {
      guard let number = Int64(text), (0...86_400).contains(number) else {
        throw .usage("--timeout \(text): expected seconds", invocation.command)
      }
      seconds = number
    }
    let state = try Configuration.load(invocation).stateFolder
    guard let node = try RunningNode(on: state) else {
      if try !invocation.answered(.object([JSON.Member("stopped", .bool(false))])) {
        try invocation.console.line("no node runs on \(state)")
      }
      return .success
    }
    let pid = node.process.pid
    let progress = Progress("ending the node (pid \(pid))", invocation.console)
    let end = try node.end(within: .seconds(seconds), progress)
    progress.end()
    try PIDFile(invocation.environment)?.remove(of: pid)
    let json = JSON.object([
      JSON.Member("stopped", .bool(true)), JSON.Member("pid", .integer(Int64(pid))),
      JSON.Member("killed", .bool(end == .killed)),
    ])
    if try !invocation.answered(json) {
      try invocation.console.line(
        end == .ended
          ? "the node has ended (pid \(pid))"
          : "the node did not end within \(seconds) s and was killed (pid \(pid))")
    }
    return .success
  }
}
