package import OrienLedger
package import OrienModel
import OrienSandbox
import OrienSystem

extension Kernel {
  /// An execution as it is now. `notFound` also where it is somebody else's.
  package func report(
    _ id: ExecutionID, for caller: Caller,
    then answer: @escaping (Result<ExecutionReport, Failure>) -> Void
  ) {
    if let execution = executions[id], execution.isVisible {
      return answer(
        caller.maySee(execution.acceptance.owner)
          ? .success(report(of: execution)) : .failure(Self.unknown(id)))
    }
    parts.ledger.execution(
      id,
      then: parts.loop.reply { (result: Result<KeptExecution?, Failure>) in
        answer(
          result.flatMap { kept in
            guard let kept, caller.maySee(kept.acceptance.owner) else {
              return .failure(Self.unknown(id))
            }
            return .success(ExecutionReport(kept))
          })
      })
  }

  /// The same, as soon as it is over or `patience` is, or whoever asked ends the wait that this
  /// answers. Nil where there is nothing to wait for.
  @discardableResult
  package func report(
    _ id: ExecutionID, for caller: Caller, waiting patience: Duration,
    then answer: @escaping (Result<ExecutionReport, Failure>) -> Void
  ) -> ReportWait? {
    guard let execution = executions[id], execution.isVisible, !execution.isOver,
      caller.maySee(execution.acceptance.owner), patience > .zero
    else {
      report(id, for: caller, then: answer)
      return nil
    }
    return ReportWait(for: execution, patience, on: parts.loop) { [self] in
      report(id, for: caller, then: answer)
    }
  }

  /// Ends an execution: one that waits at once, one that runs as soon as it can be. `conflict`
  /// where it is over. The answer is its state right after.
  package func cancel(
    _ id: ExecutionID, for caller: Caller,
    then answer: @escaping (Result<ExecutionReport, Failure>) -> Void
  ) {
    report(id, for: caller) { [self] result in
      guard case .success(let report) = result else { return answer(result) }
      guard !report.status.isFinal else {
        return answer(
          .failure(
            Failure(
              .conflict, "already-final", "\(id) is \(report.status.rawValue) and stays so")))
      }
      guard let execution = executions[id] else { return answer(.failure(Self.draining)) }
      stop(execution, .cancelled(reason: "cancelled"))
      answer(.success(self.report(of: execution)))
    }
  }

  /// Ends an execution for that cause, wherever it is.
  func stop(_ execution: Execution, _ cause: Ending.Cause) {
    switch execution.phase {
    case .queued: giveUpWaiting(execution, .caused(by: cause))
    case .running(let run): run.stop(cause)
    case .accepting, .starting:
      execution.stopsAtStart = cause
      execution.workspace.forgoRoom()
    case .settling, .final, .left: break
    }
  }

  /// Calls `body` after every change of an execution, until the answer is ended. Nil where it is
  /// over, or not this caller's: what has an end does not change.
  package func observe(
    _ id: ExecutionID, for caller: Caller, _ body: @escaping () -> Void
  ) -> ExecutionObservation? {
    guard let execution = executions[id], caller.maySee(execution.acceptance.owner),
      !execution.status.isFinal
    else { return nil }
    return ExecutionObservation(execution, body)
  }

  /// What a handler has told who watches, while it is in memory.
  package func events(of id: ExecutionID) -> EventLog { executions[id]?.events ?? EventLog() }

  /// At most `count` bytes of a stream from `offset` on, as far as they are there now.
  package func readOutput(
    of report: ExecutionReport, _ stream: OutputStream, from offset: Int, atMost count: Int,
    then answer: @escaping (Result<[UInt8], Failure>) -> Void
  ) {
    let view = stream == .errors ? report.errors : report.output
    if offset >= view.bytes { return answer(.success([])) }
    if let execution = executions[report.id] {
      let log = stream == .errors ? execution.errors : execution.output
      if !execution.status.isFinal || log.bytes <= log.head.count {
        return log.read(from: offset, atMost: count, then: answer)
      }
    }
    parts.ledger.output(
      of: report.id, stream, from: UInt64(offset), atMost: count,
      then: parts.loop.reply { (result: Result<OutputSlice, Failure>) in
        answer(result.map(\.bytes))
      })
  }

  /// Executions that are in the ledger, newest first; those of others only for an operator.
  package func list(
    _ query: ExecutionQuery, for caller: Caller,
    then answer:
      @escaping (Result<(reports: [ExecutionReport], next: ExecutionID?), Failure>) -> Void
  ) {
    var query = query
    if !caller.isOperator { query.owner = caller.owner }
    parts.ledger.executions(
      query,
      then: parts.loop.reply { (result: Result<ExecutionPage, Failure>) in
        answer(result.map { ($0.executions.map(ExecutionReport.init), $0.next) })
      })
  }

  /// The proof of an execution's final record.
  package func receipt(
    of id: ExecutionID, for caller: Caller,
    then answer: @escaping (Result<Receipt, Failure>) -> Void
  ) {
    report(id, for: caller) { [self] result in
      switch result {
      case .failure(let failure): answer(.failure(failure))
      case .success(let report) where !report.status.isFinal:
        answer(
          .failure(
            Failure(.conflict, "not-final", "\(id) is \(report.status.rawValue): no receipt yet")))
      case .success: parts.ledger.receipt(of: id, then: parts.loop.reply(answer))
      }
    }
  }

  private func report(of execution: Execution) -> ExecutionReport {
    var report = execution.report
    if report.final == nil, case .running(let run) = execution.phase {
      report.limits = grantedLimits(of: execution, inJail: run.ranProcess)
    }
    return report
  }

  static func unknown(_ id: ExecutionID) -> Failure {
    Failure(.notFound, "execution-not-found", "Execution not found")
  }
}

/// Somebody's wait for the end of an execution. Belongs to the loop.
package final class ReportWait {
  private let execution: Execution
  private var body: (() -> Void)?
  private var observation: Observation?
  private var timer: Timer?

  /// Calls `body` once. The execution and the timer hold the wait until then.
  fileprivate init(
    for execution: Execution, _ patience: Duration, on loop: Loop, _ body: @escaping () -> Void
  ) {
    self.execution = execution
    self.body = body
    observation = execution.observers.observe { [self] in if execution.isOver { end() } }
    timer = loop.schedule(after: patience) { [self] in end() }
  }

  /// Ends the wait now.
  package func end() {
    guard let body else { return }
    self.body = nil
    timer?.cancel()
    observation = nil
    body()
  }
}
