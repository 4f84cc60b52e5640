import OrienLedger
import OrienModel
import OrienSandbox
import OrienSystem

extension Kernel {
  /// Goes on where the last node stopped: what waited waits again, if its session is there and it
  /// has not waited too long; the rest of it is cancelled. To be called once, before anything is
  /// submitted, when workspaces have been adopted.
  package func recover(then body: @escaping (Recovery) -> Void) {
    recover(parts.ledger.takeWaiting()[...], Recovery(), then: body)
  }

  /// What a start found of the node before it.
  package struct Recovery: Sendable {
    package var resumed = 0
    package var cancelled = 0
  }

  private func recover(
    _ waiting: ArraySlice<Acceptance>, _ recovery: Recovery,
    then body: @escaping (Recovery) -> Void
  ) {
    guard let acceptance = waiting.first, !isDraining else { return body(recovery) }
    var recovery = recovery
    resume(acceptance) { [self] result in
      switch result {
      case .success:
        recovery.resumed += 1
        recover(waiting.dropFirst(), recovery, then: body)
      case .failure(let failure):
        recovery.cancelled += 1
        giveUp(acceptance, failure) { [self] in
          recover(waiting.dropFirst(), recovery, then: body)
        }
      }
    }
  }

  private func resume(
    _ acceptance: Acceptance, then answer: @escaping (Result<Void, Failure>) -> Void
  ) {
    do throws(Failure) {
      let waited = Duration.microseconds(
        max(0, Timestamp.now.microseconds - acceptance.acceptedAt.microseconds))
      let patience = policy.queueDeadline - waited
      guard patience > .zero else { throw Self.restarted("its time to wait was over") }
      guard !acceptance.hasSecrets else { throw Self.restarted("its secrets are not kept") }
      guard let tool = catalogue[acceptance.tool], trouble(of: tool) == nil else {
        throw Self.restarted("its tool is not available any more")
      }
      let use = uses.use(tool.plugin)
      let checked = try CheckedArguments(
        checking: JSON(parsing: acceptance.arguments), against: tool.declaration.arguments)
      let session = SessionKey(acceptance.session, of: acceptance.owner)
      enter(session, creating: false, tool, checked) { [self] result in
        switch result {
        case .failure(let failure): answer(.failure(failure))
        case .success(let lease) where isDraining:
          lease.end()
          answer(.success(()))
        case .success(let lease):
          var acceptance = acceptance
          acceptance.arguments = []
          let execution = remember(acceptance, tool, use, tool.arguments(of: checked), lease)
          switch admission.enter(
            acceptance.id, tool: tool.id, tool.room, owner: acceptance.owner)
          {
          case .run: begin(execution)
          case .wait: queue(execution, for: patience)
          case .refuse(let failure):
            executions[acceptance.id] = nil
            lease.end()
            return answer(.failure(failure))
          }
          answer(.success(()))
        }
      }
    } catch {
      answer(.failure(error))
    }
  }

  /// Writes the end of one that will not be run.
  private func giveUp(
    _ acceptance: Acceptance, _ why: Failure, then body: @escaping () -> Void
  ) {
    var record = FinalRecord.lost(acceptance, at: .now)
    record.status = .cancelled
    record.message = "The node was started again, and \(why.message)."
    parts.ledger.settle(
      Settlement(record),
      then: parts.loop.reply { [self] (result: Result<Settled, Failure>) in
        if case .failure(let failure) = result {
          parts.log.error(
            "a final record could not be written",
            ["execution": acceptance.id.description, "error": failure.description])
        }
        body()
      })
  }

  private static func restarted(_ why: String) -> Failure {
    Failure(.cancelled, "node-restart", why)
  }
}
