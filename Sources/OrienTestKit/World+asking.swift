package import OrienKernel
package import OrienModel
import OrienSandbox
import OrienSystem

// What customers do, and what they see.
extension World {
  package static let session = SessionID("s1")!
  package static let owner = Owner("alice")

  package func submission(
    _ tool: String, _ arguments: String = "{}", session: SessionID = session,
    owner: Owner = owner, key: String? = nil
  ) throws(Failure) -> Submission {
    Submission(
      tool: tool, arguments: try JSON(parsing: arguments), session: session, owner: owner,
      idempotency: key.map { Idempotency(key: $0, body: Array(arguments.utf8)) })
  }

  /// Submits, and waits for the answer.
  @discardableResult
  package func submit(
    _ tool: String, _ arguments: String = "{}", session: SessionID = session,
    owner: Owner = owner, key: String? = nil
  ) throws(Failure) -> ExecutionReport {
    let submission = try submission(tool, arguments, session: session, owner: owner, key: key)
    return try loop.answer { kernel.submit(submission, then: $0) }
  }

  /// Runs a tool to its end.
  package func run(
    _ tool: String, _ arguments: String = "{}", session: SessionID = session,
    owner: Owner = owner
  ) throws(Failure) -> FinalRecord {
    try end(of: submit(tool, arguments, session: session, owner: owner).id)
  }

  package func report(_ id: ExecutionID, owner: Owner = owner) throws(Failure) -> ExecutionReport {
    try loop.answer { kernel.report(id, for: Caller(owner: owner, isOperator: false), then: $0) }
  }

  /// Waits for the end of an execution.
  package func end(of id: ExecutionID) throws(Failure) -> FinalRecord {
    let caller = Caller(owner: .operator, isOperator: true)
    let report = try loop.answer {
      kernel.report(id, for: caller, waiting: .seconds(30), then: $0)
    }
    guard let record = report.final else {
      throw Failure(.internal, "no-end", "\(id) is \(report.status.rawValue)")
    }
    return record
  }

  @discardableResult
  package func cancel(_ id: ExecutionID, owner: Owner = owner) throws(Failure) -> ExecutionReport {
    try loop.answer { kernel.cancel(id, for: Caller(owner: owner, isOperator: false), then: $0) }
  }

  package func remove(
    _ session: SessionID = session, owner: Owner = owner, force: Bool = false
  ) throws(Failure) {
    try loop.answer {
      kernel.removeWorkspace(of: SessionKey(session, of: owner), force: force, then: $0)
    }
  }

  /// All of what an execution wrote, as far as it is there now.
  package func output(
    of id: ExecutionID, _ stream: OutputStream = .output
  ) throws(Failure) -> [UInt8] {
    let report = try loop.answer {
      kernel.report(id, for: Caller(owner: .operator, isOperator: true), then: $0)
    }
    var bytes: [UInt8] = []
    while true {
      let piece = try loop.answer {
        kernel.readOutput(of: report, stream, from: bytes.count, atMost: 1 << 20, then: $0)
      }
      if piece.isEmpty { return bytes }
      bytes += piece
    }
  }

  package func text(of id: ExecutionID, _ stream: OutputStream = .output) throws(Failure) -> String
  {
    String(decoding: try output(of: id, stream), as: UTF8.self)
  }

  /// Waits until that many processes were asked for, and answers with the last of them.
  package func process(_ count: Int = 1) throws(Failure) -> FakeProcess {
    try wait { jail.processes.count >= count }
    return jail.processes[count - 1]
  }
}

extension World {
  /// Asks a role's backend, and waits for the answer.
  @discardableResult
  package func perform(
    _ operation: String, of role: String = "echo/1", _ arguments: String = "{}",
    within patience: Duration? = nil
  ) throws(Failure) -> JSON {
    let arguments = try JSON(parsing: arguments)
    return try loop.answer {
      kernel.perform(operation, of: role, arguments, within: patience, then: $0)
    }
  }
}
