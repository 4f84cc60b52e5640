import OrienModel
import OrienSystem

extension Command {
  /// `orien status`: the node, and what it needs of this machine.
  static func status(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let configuration = try Configuration.asked(by: invocation)
    let progress = Progress("looking", invocation.console)
    let examiner = Examiner(
      configuration: configuration, environment: invocation.environment,
      node: try NodeClient(NodeClient.Address(configuration)), isOwn: configuration.url == nil,
      progress: progress)
    let (condition, absence) = try examiner.run()
    progress.end()
    if try !invocation.answered(condition.json) {
      try invocation.console.write(condition.text(invocation.console.style))
    }
    if let absence, configuration.url == nil,
      let node = try RunningNode(on: configuration.stateFolder)
    {
      throw Failure(
        absence.code, absence.reason,
        "\(absence.message)\na node runs on \(configuration.stateFolder) (pid "
          + "\(node.process.pid)), and does not answer there: name its address by --url")
    }
    if let absence, condition.verdict != .error { throw absence }
    let isWell = condition.node?["status"]?.string == "ok"
    return isWell && condition.verdict != .error ? .success : .negative
  }
}
