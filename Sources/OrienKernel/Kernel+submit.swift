import OrienLedger
package import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

extension Kernel {
  /// Accepts an execution, or says why not. The answer comes when the ledger has it on the disk;
  /// work begins no sooner.
  package func submit(
    _ submission: Submission, then answer: @escaping (Result<ExecutionReport, Failure>) -> Void
  ) {
    let answer = { [self] (result: Result<ExecutionReport, Failure>) in
      guard case .failure(let failure) = result else { return answer(result) }
      refuse(submission, failure, then: answer)
    }
    let tool: Tool
    let checked: CheckedArguments
    do throws(Failure) {
      guard !isDraining else { throw Self.draining }
      tool = try findTool(submission.tool)
      checked = try CheckedArguments(
        checking: submission.arguments, against: tool.declaration.arguments,
        inputBytes: tool.granted.inputBytes)
    } catch {
      return answer(.failure(error))
    }
    enter(SessionKey(submission.session, of: submission.owner), tool, checked) {
      [self] result in
      switch result {
      case .success(let lease): accept(submission, tool, checked, lease, then: answer)
      case .failure(let failure): answer(.failure(failure))
      }
    }
  }

  /// A request that was accepted before is that execution, whatever has become of what it needed.
  private func refuse(
    _ submission: Submission, _ failure: Failure,
    then answer: @escaping (Result<ExecutionReport, Failure>) -> Void
  ) {
    let refuse = { [self] (failure: Failure) in
      counters.refused[failure.reason, default: 0] += 1
      answer(.failure(failure))
    }
    guard let idempotency = submission.idempotency, failure.code != .mismatch else {
      return refuse(failure)
    }
    parts.ledger.accepted(
      under: idempotency, of: submission.owner,
      then: parts.loop.reply { [self] (result: Result<ExecutionID?, Failure>) in
        switch result {
        case .success(let id?):
          report(id, for: Caller(owner: submission.owner, isOperator: false), then: answer)
        case .success(nil): refuse(failure)
        // Nobody knows whether it was accepted: what it lacks now is no answer.
        case .failure(let other): refuse(other)
        }
      })
  }

  private func findTool(_ name: String) throws(Failure) -> Tool {
    guard let tool = catalogue.tool(name) else {
      throw Failure(
        .invalid, "unknown-tool", "Tool '\(name)' not found in whitelist",
        faults: [.init("/toolId", "there is no such tool; GET /tools lists them")])
    }
    if let unavailable = tool.unavailable { throw unavailable }
    return tool
  }

  /// Begins a call's stay in its session's workspace, where its `file` arguments are proven to
  /// lie.
  func enter(
    _ session: SessionKey, creating: Bool = true, _ tool: Tool, _ checked: CheckedArguments,
    then answer: @escaping (Result<WorkspaceLease, Failure>) -> Void
  ) {
    let workspaces = parts.workspaces
    let files = tool.files(in: checked)
    // A session that is not there has no files, and a refused call is not to make it.
    workspaces.open(session, creating: creating && files.isEmpty) { result in
      switch result {
      case .failure(let failure):
        let isFileMissing = creating && failure.code == .notFound
        answer(.failure(isFileMissing ? Self.noFiles(files) : failure))
      case .success(let workspace):
        workspaces.prove(files, in: workspace) { proof in
          answer(
            Result { () throws(Failure) in
              try proof.get()
              return try workspaces.lease(workspace)
            })
        }
      }
    }
  }

  static let draining = Failure(
    .unavailable, "draining", "the node takes no new work: it is going down")

  private static func noFiles(_ files: [(argument: String, path: String)]) -> Failure {
    let faults = files.map { file in
      Failure.Fault(
        "/args/\(file.argument)", "not-found: \(file.path): the session has no files yet")
    }
    return Failure(
      .invalid, "not-found", faults.first?.message ?? "the session has no files", faults: faults)
  }

  private func accept(
    _ submission: Submission, _ tool: Tool, _ checked: CheckedArguments, _ lease: WorkspaceLease,
    then answer: @escaping (Result<ExecutionReport, Failure>) -> Void
  ) {
    let id = parts.ledger.mint.mint()
    let entry =
      isDraining
      ? .refuse(Self.draining)
      : admission.enter(id, tool: tool.id, tool.room, owner: submission.owner)
    if case .refuse(let failure) = entry {
      lease.end()
      return answer(.failure(failure))
    }
    let now = Timestamp.now
    let acceptance = Acceptance(
      id: id, session: submission.session, owner: submission.owner, tool: tool.id,
      arguments: checked.stored, hasSecrets: checked.hasSecrets, acceptedAt: now,
      runningAt: entry == .run ? now : nil, idempotency: submission.idempotency)
    let execution = remember(acceptance, tool, tool.arguments(of: checked), lease)
    parts.ledger.accept(
      acceptance,
      then: parts.loop.reply { [self] (result: Result<Accepted, Failure>) in
        switch result {
        case .success(.new):
          counters.accepted += 1
          execution.isKept()
          entry == .run ? start(execution) : queue(execution)
          answer(.success(execution.report))
        case .success(.duplicate(of: let earlier)):
          forget(execution)
          report(earlier, for: Caller(owner: submission.owner, isOperator: false), then: answer)
        case .failure(let failure):
          forget(execution)
          answer(.failure(failure))
        }
      })
  }

  func remember(
    _ acceptance: Acceptance, _ tool: Tool, _ arguments: CallArguments, _ lease: WorkspaceLease
  ) -> Execution {
    let limit = Int(clamping: tool.granted.outputBytes ?? .max)
    func log(_ stream: OutputStream) -> OutputLog {
      OutputLog(
        of: acceptance.id, stream, limitBytes: limit, files: parts.ledger.outputs,
        loop: parts.loop, disk: parts.disk)
    }
    let execution = Execution(
      acceptance, tool: tool, arguments: arguments, workspace: lease, output: log(.output),
      errors: log(.errors))
    executions[execution.id] = execution
    return execution
  }

  /// The ledger did not take it: it is as if it had never come.
  private func forget(_ execution: Execution) {
    executions[execution.id] = nil
    execution.workspace.end()
    let isQueued = admission.remove(
      execution.id, tool: execution.tool.id, owner: execution.acceptance.owner)
    // One that waited may have been given its slot meanwhile.
    if !isQueued { leave(execution.tool) }
    noteIfIdle()
  }
}
