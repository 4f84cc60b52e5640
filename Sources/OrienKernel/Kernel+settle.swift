import OrienLedger
import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

extension Kernel {
  /// Writes the one final record of an execution. Nobody sees the end before it is on the disk.
  func settle(_ execution: Execution, _ end: Run.End) {
    execution.phase = .settling
    let completedAt = Timestamp.now
    if let output = execution.output.sealInMemory(), let errors = execution.errors.sealInMemory() {
      return write(finalRecord(of: execution, end, completedAt), of: execution, output, errors)
    }
    execution.output.seal { [self] output in
      execution.errors.seal { [self] errors in
        write(finalRecord(of: execution, end, completedAt), of: execution, output, errors)
      }
    }
  }

  private func write(
    _ record: consuming FinalRecord, of execution: Execution, _ output: KeptStream,
    _ errors: KeptStream
  ) {
    parts.ledger.settle(
      Settlement(record, output: output, errors: errors),
      then: parts.loop.reply { [self] (result: Result<Settled, Failure>) in
        settled(execution, result)
      })
  }

  private func settled(_ execution: Execution, _ result: Result<Settled, Failure>) {
    execution.workspace.end()
    switch result {
    case .success(let settled):
      execution.phase = .final(settled)
      execution.output.letGo()
      execution.errors.letGo()
      counters.note(settled.record)
      execution.tool.tally.note(settled.record)
      execution.tool.pluginTally.note(settled.record)
      keep(execution)
    case .failure(let failure):
      // The ledger is broken, and the node goes down with it: the next start calls this one lost.
      parts.log.error(
        "a final record could not be written",
        ["execution": execution.id.description, "error": failure.description])
      executions[execution.id] = nil
    }
    execution.tellObservers()
    noteIfIdle()
  }

  /// Keeps a finished execution for who asks right after, and lets go of the oldest ones.
  private func keep(_ execution: Execution) {
    recent.add(execution.id, bytes: execution.bytes)
    while let oldest = recent.takeOldest(beyond: policy.recentBytes) { executions[oldest] = nil }
  }

  private func finalRecord(
    of execution: Execution, _ end: Run.End, _ completedAt: Timestamp
  ) -> FinalRecord {
    let (tool, ending) = (execution.tool, Self.ending(of: execution, end.ending))
    return FinalRecord(
      id: execution.id, session: execution.acceptance.session, owner: execution.acceptance.owner,
      tool: tool.id, plugin: tool.plugin.id, generation: tool.plugin.generation,
      isolation: end.ranProcess ? isolation : tool.plugin.isolation.rawValue, status: ending.status,
      reason: ending.reason,
      message: ending.message, exitCode: ending.exitCode, signal: ending.signal,
      acceptedAt: execution.acceptance.acceptedAt, runningAt: execution.runningAt,
      completedAt: max(completedAt, execution.runningAt ?? completedAt),
      runningMicroseconds: end.usage.wallMicroseconds, usage: end.usage,
      limits: grantedLimits(of: execution, inJail: end.ranProcess), currency: tool.price.currency,
      costMicroUnits: end.hasBegun && !ending.isFaultOfHost ? tool.price.cost(of: end.usage) : 0,
      output: execution.output.summary, errors: execution.errors.summary,
      facts: end.facts.isEmpty ? nil : JSON.object(end.facts).compact,
      artifacts: execution.artifacts?.json)
  }

  /// What the node could not keep of an output nobody has bought.
  private static func ending(of execution: Execution, _ ending: Ending) -> Ending {
    guard execution.output.isLost || execution.errors.isLost else { return ending }
    var ending = ending
    ending.isFaultOfHost = true
    if ending.status == .completed {
      ending.status = .failed
      ending.reason = "output-lost"
      ending.message = "the node's disk could not keep what it wrote"
    }
    return ending
  }

  /// Each limit of a call: asked for, granted, and what holds it where the call runs.
  func grantedLimits(of execution: Execution, inJail: Bool) -> GrantedLimits {
    let (tool, granted) = (execution.tool, execution.granted)
    if inJail {
      return tool.limits(granted, inJail: parts.jail.capabilities, execution.workspace)
    }
    if tool.plugin.manifest.workspaceUser != nil {
      return tool.limits(granted, byPlugin: execution.workspace)
    }
    guard granted != tool.granted else { return tool.limitsInNode }
    return granted.told(wish: tool.wish) { Tool.means(ofNode: $0) }
  }
}
