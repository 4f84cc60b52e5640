import OrienModel
import OrienSandbox
import OrienSystem

extension Kernel {
  /// Takes no new work. What runs goes on; what waits stays in the ledger and is run by the next
  /// node.
  package func drain() { isDraining = true }

  /// Drains, lets what runs end for `bound` at most, then cancels it, and calls `body` when nothing
  /// runs any more.
  package func shutDown(within bound: Duration, then body: @escaping () -> Void) {
    drain()
    // What waits is given up in memory alone: the ledger has it.
    for execution in executions.values {
      guard case .queued(let timer) = execution.phase else { continue }
      timer.cancel()
      execution.workspace.end()
      executions[execution.id] = nil
      admission.remove(execution.id, tool: execution.tool.id, owner: execution.acceptance.owner)
    }
    let deadline = parts.loop.schedule(after: bound) { [self] in
      for execution in executions.values {
        guard case .running(let run) = execution.phase else { continue }
        run.stop(.cancelled(reason: "node-shutdown"))
      }
    }
    whenIdle = { [self] in
      deadline.cancel()
      whenIdle = nil
      body()
    }
    if active == 0 { whenIdle?() }
  }
}
