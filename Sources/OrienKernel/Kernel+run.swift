import OrienLedger
import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

extension Kernel {
  /// Lets an accepted execution wait for its slot, for a bounded time.
  func queue(_ execution: Execution, for patience: Duration? = nil) {
    // Its slot may have come while the ledger was writing.
    if case .starting = execution.phase { return begin(execution) }
    if isDraining { return leaveToNextNode(execution) }
    execution.phase = .queued(
      parts.loop.schedule(after: patience ?? policy.queueDeadline) { [self] in
        giveUpWaiting(
          execution,
          Ending(
            status: .cancelled, reason: "queue-deadline",
            message: "no slot became free in time"))
      })
    if let cause = execution.stopsAtStart { giveUpWaiting(execution, .caused(by: cause)) }
  }

  /// Ends an execution that has not begun.
  func giveUpWaiting(_ execution: Execution, _ ending: Ending) {
    guard case .queued(let timer) = execution.phase else { return }
    timer.cancel()
    admission.remove(execution.id, tool: execution.tool.id, owner: execution.acceptance.owner)
    settle(execution, Run.End(neverBegan: ending))
  }

  /// Gives a slot back and lets who waits for one begin.
  func leave(_ tool: Tool) {
    admission.leave(tool: tool.id, of: tool.plugin.id)
    dispatch()
  }

  /// Gives free slots to those that wait. A draining node leaves them in the ledger, to be run
  /// when it is started again.
  func dispatch() {
    guard !isDraining else { return }
    while let id = admission.next(room: { known($0).tool.room }) {
      let execution = known(id)
      switch execution.phase {
      case .queued(let timer):
        timer.cancel()
        execution.phase = .starting
        begin(execution)
      case .accepting: execution.phase = .starting
      case .starting, .running, .settling, .final, .left:
        preconditionFailure("a call that waits has not begun")
      }
    }
  }

  private func known(_ id: ExecutionID) -> Execution {
    guard let execution = executions[id] else {
      preconditionFailure("a call waits that nobody knows")
    }
    return execution
  }

  /// Writes that an execution which waited begins now, and begins it.
  func begin(_ execution: Execution) {
    execution.phase = .starting
    let now = Timestamp.now
    parts.ledger.start(
      execution.id, at: now,
      then: parts.loop.reply { [self] (result: Result<Void, Failure>) in
        switch result {
        case .success:
          execution.runningAt = now
          start(execution)
        case .failure(let failure): giveUpStarting(execution, failure)
        }
      })
  }

  /// Runs what the ledger knows to be running, once the disk has room for what it may write.
  func start(_ execution: Execution) {
    execution.phase = .starting
    guard execution.tool.mayWrite, execution.stopsAtStart == nil else { return note(execution) }
    var isAnswered = false
    defer {
      if !isAnswered {
        parts.log.info(
          "a call waits until the disk has room for what it may write",
          ["execution": execution.id.description])
      }
    }
    execution.workspace.makeRoom(within: policy.queueDeadline) { [self] room in
      isAnswered = true
      switch room {
      case .success: note(execution)
      case .failure(let failure): giveUpStarting(execution, failure)
      }
    }
  }

  /// Ends an execution that has its slot and has not begun.
  private func giveUpStarting(_ execution: Execution, _ failure: Failure) {
    let ending = execution.stopsAtStart.map { Ending.caused(by: $0) } ?? .failed(failure)
    leave(execution.tool)
    settle(execution, Run.End(neverBegan: ending))
  }

  /// Notes what lies in its workspace, where its artifacts are asked for.
  private func note(_ execution: Execution) {
    guard let wish = execution.acceptance.terms.artifacts, execution.stopsAtStart == nil else {
      return share(execution)
    }
    let folder = wish.folder.flatMap { try? FolderPath($0) }
    parts.workspaces.snapshot(of: execution.workspace.workspace, in: folder) { [self] result in
      switch result {
      case .success(let before):
        execution.before = before
        share(execution)
      case .failure(let failure): giveUpStarting(execution, failure)
      }
    }
  }

  /// Lets whom its plugin works with see its workspace, where there is such.
  private func share(_ execution: Execution) {
    let user = execution.tool.plugin.manifest.workspaceUser
    execution.workspace.share(with: user, as: execution.id.description) { [self] place in
      start(execution, at: place)
    }
  }

  private func start(_ execution: Execution, at place: Result<SharedPlace?, Failure>) {
    do throws(Failure) {
      let place = try place.get()
      if let cause = execution.stopsAtStart {
        leave(execution.tool)
        return settle(execution, Run.End(neverBegan: .caused(by: cause)))
      }
      execution.phase = .running(Run(execution, at: place, in: self))
      execution.tellObservers()
    } catch {
      giveUpStarting(execution, error)
    }
  }

  /// A call is over; where its handler has not returned, its slot stays taken.
  func ended(_ execution: Execution, _ end: Run.End) {
    if end.isStuck {
      stuck += 1
      parts.log.error(
        "a handler has not returned: its slot is lost until it does",
        ["plugin": execution.tool.plugin.name, "execution": execution.id.description])
    } else {
      leave(execution.tool)
    }
    sweepAfterCall(of: execution.tool.plugin)
    judge(execution, end)
  }

  /// A handler that was stuck has returned after all.
  func returnedLate(_ execution: Execution) {
    stuck -= 1
    leave(execution.tool)
  }

  /// Counts what programs have left in the workspace: one that ended by itself and left too much
  /// has gone beyond its limit, however quick it was.
  private func judge(_ execution: Execution, _ end: Run.End) {
    guard end.leftFiles, end.ending.exitCode != nil || end.ending.signal != nil else {
      return gather(execution, end)
    }
    execution.workspace.judge { [self] excess in
      var end = end
      if let excess {
        let disk = Ending.caused(by: .disk(excess))
        end.ending.status = disk.status
        end.ending.reason = disk.reason
        end.ending.message = disk.message
        end.ending.isFaultOfHost = end.ending.isFaultOfHost || disk.isFaultOfHost
      }
      gather(execution, end)
    }
  }

  /// Looks at what the call has left, where its artifacts are asked for, however it ended.
  private func gather(_ execution: Execution, _ end: Run.End) {
    guard let before = execution.before else { return settle(execution, end) }
    execution.before = nil
    parts.workspaces.artifacts(in: execution.workspace.workspace, since: before) { [self] in
      execution.artifacts = $0
      settle(execution, end)
    }
  }
}
