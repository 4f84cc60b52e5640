import OrienLedger
package import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

extension Kernel {
  /// What somebody asks for, on its way to being accepted.
  final class Request {
    let submission: Submission
    let tool: Tool
    let checked: CheckedArguments
    let use: PluginUse
    /// What there is of the stream that pays for its session, once that is known.
    var stream: StreamFunds?
    let answer: (Result<ExecutionReport, Failure>) -> Void

    init(
      _ submission: Submission, _ tool: Tool, _ use: PluginUse, _ checked: CheckedArguments,
      then answer: @escaping (Result<ExecutionReport, Failure>) -> Void
    ) {
      self.submission = submission
      self.tool = tool
      self.use = use
      self.checked = checked
      self.answer = answer
    }
  }

  /// Accepts an execution, or says why not. The answer comes when the ledger has it on the disk;
  /// work begins no sooner.
  package func submit(
    _ submission: Submission, then answer: @escaping (Result<ExecutionReport, Failure>) -> Void
  ) {
    do throws(Failure) {
      guard !isDraining else { throw Self.draining }
      guard isAdmitting else { throw Self.drained }
      let tool = try findTool(submission.tool)
      let checked = try CheckedArguments(
        checking: submission.arguments, against: tool.declaration.arguments,
        inputBytes: tool.granted.inputBytes)
      let use = uses.use(tool.plugin)
      let request = Request(submission, tool, use, checked, then: answer)
      guard parts.funds != nil || submission.terms.payment != nil else { return letIn(request) }
      fund(request) { [self] in letIn(request) }
    } catch {
      refuse(submission, error, then: answer)
    }
  }

  private func letIn(_ request: Request) {
    let (submission, tool, checked) = (request.submission, request.tool, request.checked)
    let session = SessionKey(submission.session, of: submission.owner)
    do throws(Failure) {
      if let lease = try lease(session, tool, checked) { return accept(request, lease) }
    } catch {
      return refuse(submission, error, then: request.answer)
    }
    enter(session, tool, checked) { [self] result in
      switch result {
      case .success(let lease): accept(request, lease)
      case .failure(let failure): refuse(submission, failure, then: request.answer)
      }
    }
  }

  /// A request that was accepted before is that execution, whatever has become of what it needed.
  func refuse(
    _ submission: Submission, _ failure: Failure,
    then answer: @escaping (Result<ExecutionReport, Failure>) -> Void
  ) {
    guard let idempotency = submission.idempotency, failure.code != .mismatch else {
      return turnAway(failure, answer)
    }
    parts.ledger.accepted(
      under: idempotency, of: submission.owner,
      then: parts.loop.reply { [self] (result: Result<ExecutionID?, Failure>) in
        switch result {
        case .success(let id?):
          report(id, for: Caller(owner: submission.owner, isOperator: false), then: answer)
        case .success(nil): turnAway(failure, answer)
        // Nobody knows whether it was accepted: what it lacks now is no answer.
        case .failure(let other): turnAway(other, answer)
        }
      })
  }

  private func turnAway(
    _ failure: Failure, _ answer: (Result<ExecutionReport, Failure>) -> Void
  ) {
    counters.refused[failure.reason, default: 0] += 1
    answer(.failure(failure))
  }

  private func findTool(_ name: String) throws(Failure) -> Tool {
    guard let tool = catalogue.tool(name) else {
      throw Failure(
        .invalid, "unknown-tool", "Tool '\(name)' not found in whitelist",
        faults: [.init("/toolId", "there is no such tool; GET /tools lists them")])
    }
    if let trouble = trouble(of: tool) { throw trouble }
    return tool
  }

  /// Begins a call's stay in its session's workspace where nothing has to be waited for, as for most;
  /// nil where `enter` has to be asked.
  private func lease(
    _ session: SessionKey, _ tool: Tool, _ checked: CheckedArguments
  ) throws(Failure) -> WorkspaceLease? {
    tool.files(in: checked).isEmpty ? try parts.workspaces.lease(session) : nil
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
        guard !files.isEmpty else {
          return answer(Result { () throws(Failure) in try workspaces.lease(workspace) })
        }
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

  static let drained = Failure(
    .unavailable, "drained",
    "the node takes no new work until its operator says so (orien drain --undo)")
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

  private func accept(_ request: Request, _ lease: WorkspaceLease) {
    let (submission, tool) = (request.submission, request.tool)
    let id = parts.ledger.mint.mint()
    let entry =
      isDraining
      ? .refuse(Self.draining)
      : admission.enter(id, tool: tool.id, tool.room, owner: submission.owner)
    if case .refuse(let failure) = entry {
      lease.end()
      return refuse(submission, failure, then: request.answer)
    }
    let now = Timestamp.now
    let acceptance = Acceptance(
      id: id, session: submission.session, owner: submission.owner, tool: tool.id,
      arguments: request.checked.stored, hasSecrets: request.checked.hasSecrets, acceptedAt: now,
      runningAt: entry == .run ? now : nil, idempotency: submission.idempotency,
      terms: submission.terms, need: request.need)
    let execution = remember(
      acceptance, tool, request.use, tool.arguments(of: request.checked), lease)
    parts.ledger.accept(
      acceptance,
      then: parts.loop.reply { [self] (result: Result<Accepted, Failure>) in
        accepted(execution, result, request)
      })
  }

  private func accepted(
    _ execution: Execution, _ result: Result<Accepted, Failure>, _ request: Request
  ) {
    switch result {
    case .success(.new):
      counters.accepted += 1
      if let claim = request.stream?.claim { parts.funds?.noteKept(claim) }
      execution.isKept()
      execution.runningAt == nil ? queue(execution) : start(execution)
      request.answer(.success(execution.report))
    case .success(.duplicate(of: let earlier)):
      forget(execution)
      let caller = Caller(owner: request.submission.owner, isOperator: false)
      report(earlier, for: caller, then: request.answer)
    case .failure(let failure):
      forget(execution)
      refuse(request.submission, failure, then: request.answer)
    }
  }

  func remember(
    _ acceptance: Acceptance, _ tool: Tool, _ use: PluginUse, _ arguments: CallArguments,
    _ lease: WorkspaceLease
  ) -> Execution {
    let limit = Int(
      clamping: min(
        tool.granted.outputBytes ?? .max, acceptance.terms.limits.outputBytes ?? .max))
    func log(_ stream: OutputStream) -> OutputLog {
      OutputLog(
        of: acceptance.id, stream, limitBytes: limit, files: parts.ledger.outputs,
        loop: parts.loop, disk: parts.disk)
    }
    let execution = Execution(
      acceptance, tool: tool, use: use, arguments: arguments, workspace: lease,
      output: log(.output), errors: log(.errors))
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
