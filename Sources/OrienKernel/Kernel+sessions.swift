package import OrienModel
import OrienSandbox

extension Kernel {
  /// Removes a session's workspace. `workspace-busy` while something waits or runs in it, unless
  /// `force`: then that is cancelled first, and the answer comes when nothing of either is left.
  package func removeWorkspace(
    of session: SessionKey, force: Bool, then answer: @escaping (Result<Void, Failure>) -> Void
  ) {
    if force {
      for execution in executions.values
      where execution.acceptance.session == session.id
        && execution.acceptance.owner == session.owner
      {
        stop(execution, .cancelled(reason: "workspace-removed"))
      }
    }
    parts.workspaces.remove(session, force: force, then: answer)
  }
}
