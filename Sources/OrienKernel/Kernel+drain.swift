import OrienModel
import OrienSandbox
import OrienSystem

extension Kernel {
  /// Takes no new work. What runs goes on; what waits stays in the ledger and is run by the next
  /// node.
  package func drain() {
    isDraining = true
    for execution in executions.values {
      if case .queued(let timer) = execution.phase {
        timer.cancel()
        leaveToNextNode(execution)
      }
    }
    onCatalogue()
  }

  /// Gives up in memory alone what waits: the ledger has it.
  func leaveToNextNode(_ execution: Execution) {
    admission.remove(execution.id, tool: execution.tool.id, owner: execution.acceptance.owner)
    execution.workspace.end()
    executions[execution.id] = nil
    execution.phase = .left
    execution.tellObservers()
    noteIfIdle()
  }

  func noteIfIdle() {
    if active == 0, operations.isIdle { whenIdle?() }
  }

  /// Drains, lets what runs end for `bound` at most, then cancels it, and calls `body` when nothing
  /// runs any more. Who calls it once more is told in place of who called it first.
  package func shutDown(within bound: Duration, then body: @escaping () -> Void) {
    drain()
    let deadline = parts.loop.schedule(after: bound) { [self] in
      for execution in executions.values { stop(execution, .shutdown) }
      operations.stop()
    }
    whenIdle = { [self] in
      deadline.cancel()
      whenIdle = nil
      body()
    }
    noteIfIdle()
  }
}
