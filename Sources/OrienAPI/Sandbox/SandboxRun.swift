import OrienHTTP
import OrienKernel
import OrienModel
import OrienSandbox
import OrienSystem

/// Code on its way through an execution: a session that is its own, with the files in it, a call of the
/// tool that runs it, the answer, and nothing left of the session. Belongs to the loop; alive until the
/// session is gone.
///
/// A client that goes away ends nothing: the execution stands in the ledger like any other.
final class SandboxRun {
  private let job: SandboxJob
  private let kernel: Kernel
  private let workspaces: Workspaces
  private let caller: Caller
  private let session: SessionKey
  private let answer: (Result<RunAnswer, Failure>) -> Void

  /// `answer` is called once, never before this returns.
  init(
    _ job: SandboxJob, _ api: API, for caller: Caller,
    then answer: @escaping (Result<RunAnswer, Failure>) -> Void
  ) {
    self.job = job
    kernel = api.kernel
    workspaces = api.workspaces
    self.caller = caller
    self.answer = answer
    guard let id = SessionID("run-" + String(hex: Random.bytes(16))) else {
      preconditionFailure("letters, digits and - are a session's id")
    }
    session = SessionKey(id, of: caller.owner)
  }

  func begin() {
    workspaces.open(session, passing: true) { [self] result in
      switch result {
      case .failure(let failure): answer(.failure(failure))
      case .success(let workspace):
        workspaces.store(job.files, in: workspace) { [self] result in
          guard case .success = result else { return end(result) }
          submit()
        }
      }
    }
  }

  private func submit() {
    let submission = Submission(
      tool: job.tool, arguments: job.arguments, session: session.id, owner: session.owner,
      terms: job.terms)
    kernel.submit(submission) { [self] result in
      guard case .success(let report) = result else { return end(result) }
      wait(for: report.id)
    }
  }

  private func wait(for id: ExecutionID) {
    kernel.report(id, for: caller, waiting: .seconds(60)) { [self] result in
      guard case .success(let report) = result else { return end(result) }
      guard let record = report.final else {
        // What waits is the next node's, and would find its session gone.
        guard !kernel.isDraining || report.status == .running else { return end(Self.draining) }
        return wait(for: id)
      }
      let answer = RunAnswer(
        report: report, record: record, sandbox: record.sandbox ?? job.tool,
        timeoutSeconds: job.timeoutSeconds)
      if let failure = answer.failure { return end(Result<Void, Failure>.failure(failure)) }
      readStreams(into: answer)
    }
  }

  private static let draining = Result<Void, Failure>.failure(
    Failure(.unavailable, "draining", "the node is going down"))

  private func readStreams(into answer: RunAnswer) {
    read(.output, of: answer.report, []) { [self] output in
      read(.errors, of: answer.report, []) { [self] errors in
        var answer = answer
        do throws(Failure) {
          answer.output = try output.get()
          answer.errors = try errors.get()
        } catch {
          return end(Result<Void, Failure>.failure(error))
        }
        collect(into: answer)
      }
    }
  }

  private func read(
    _ stream: OutputStream, of report: ExecutionReport, _ before: [UInt8],
    then body: @escaping (Result<[UInt8], Failure>) -> Void
  ) {
    kernel.readOutput(of: report, stream, from: before.count, atMost: 1 << 20) { [self] result in
      guard case .success(let more) = result.orForgotten, !more.isEmpty else {
        return body(result.orForgotten.map { before + $0 })
      }
      read(stream, of: report, before + more, then: body)
    }
  }

  private func collect(into answer: RunAnswer) {
    guard let bytes = answer.record.artifacts, let artifacts = try? Artifacts(bytes),
      !artifacts.files.isEmpty || !artifacts.others.isEmpty
    else { return finish(answer) }
    var answer = answer
    answer.omitted = artifacts.others.map(\.path.text)
    workspaces.open(session, creating: false) { [self] result in
      guard case .success(let workspace) = result else { return end(result) }
      take(artifacts.files[...], from: workspace, room: job.artifactBytes, answer)
    }
  }

  private func take(
    _ files: ArraySlice<Artifacts.File>, from workspace: Workspace, room: UInt64,
    _ answer: RunAnswer
  ) {
    guard let file = files.first else { return finish(answer) }
    func goOn(_ bytes: [UInt8]?) {
      var answer = answer
      if let bytes {
        answer.artifacts.append((file, bytes))
      } else {
        answer.omitted.append(file.path.text)
      }
      let taken = UInt64(bytes?.count ?? 0)
      take(files.dropFirst(), from: workspace, room: room - taken, answer)
    }
    // Two names that show alike would be one member.
    let isTwin = answer.artifacts.contains { $0.file.path.text == file.path.text }
    guard file.bytes <= room, !isTwin else { return goOn(nil) }
    workspaces.download(file, in: workspace) { result in
      guard case .success(let download) = result else { return goOn(nil) }
      download.next(atMost: Int(clamping: max(file.bytes, 1))) { result in goOn(try? result.get()) }
    }
  }

  private func finish(_ answer: RunAnswer) {
    self.answer(.success(answer))
    leave()
  }

  /// Gives up for what failed.
  private func end<Value>(_ result: Result<Value, Failure>) {
    guard case .failure(let failure) = result else {
      preconditionFailure("what went well is gone on with")
    }
    answer(.failure(failure))
    leave()
  }

  /// What cannot be removed now the session's time to live removes.
  private func leave() { kernel.removeWorkspace(of: session, force: true) { _ in } }
}

extension FinalRecord {
  /// What the tool says that ran it.
  fileprivate var sandbox: String? {
    facts.flatMap { try? JSON(parsing: $0) }?["sandbox"]?.string
  }
}
