import OrienHTTPClient
import OrienModel
import OrienSystem
import Synchronization

/// One `orien run`, from its first file to its exit code.
final class ToolRun: Sendable {
  private let invocation: Invocation
  private let address: NodeClient.Address
  private let phase = Mutex(Phase.preparing)

  private enum Phase {
    /// Nothing runs yet.
    case preparing
    /// The node may have accepted the call, and has not said as which execution.
    case asking
    /// As before, and it is to be cancelled once that is known.
    case interrupted
    case running(String)
  }

  /// A question that came to nothing on its way is asked again so often.
  private static let tries = 5

  init(_ invocation: Invocation, _ address: NodeClient.Address) {
    self.invocation = invocation
    self.address = address
  }

  /// From now on Ctrl-C cancels the execution, also one of which the node has yet to tell; a second
  /// one ends this program at once.
  func cancelWhenInterrupted() {
    Program.onInterruption { [self] count in
      guard count == 1 else { Program.exit(ExitCode.cancelled.code) }
      phase.withLock { phase in
        switch phase {
        case .preparing: Program.exit(ExitCode.cancelled.code)
        case .asking, .interrupted:
          phase = .interrupted
          invocation.console.tell("cancelling, once the node says what; again to leave it running")
        case .running(let id):
          // On a thread of its own, for a second Ctrl-C waits for no node.
          Thread("cancel") { [self] in cancel(id) }.detach()
        }
      }
    }
  }

  private func cancel(_ id: String) {
    invocation.console.tell("cancelling \(id)")
    do throws(Failure) {
      _ = try NodeClient(address).json("DELETE", Paths.execution(id))
    } catch {
      invocation.console.explain(error)
      Program.exit(ExitCode.cancelled.code)
    }
  }

  func perform() throws(Failure) -> ExitCode {
    let node = try NodeClient(address)
    let tool = try node.json("GET", Paths.tool(invocation.operands[0]))
    let words = ArgumentWords(tool: invocation.operands[0], schema: tool["inputSchema"] ?? .null)
    let arguments = try words.json(invocation.operands.dropFirst())
    let session = invocation.value(.session) ?? "run-" + String(hex: Random.bytes(8))
    let ownsSession = invocation.value(.session) == nil && !invocation.has(.noWait)
    defer {
      // What is left of it goes when it has been idle for long: no reason to fail.
      if ownsSession { _ = try? node.json("DELETE", Paths.workspace(session) + "?force=1") }
    }
    for word in invocation.all(.file) { try Upload(word).send(to: node, session: session) }
    let call = [
      JSON.Member("sessionId", .string(session)),
      JSON.Member("toolId", .string(invocation.operands[0])), JSON.Member("args", arguments),
    ]
    let payment = try invocation.payment(for: session, node).map { JSON.Member("payment", $0) }
    let accepted = try submit(.object(call + (payment.map { [$0] } ?? [])), node)
    guard let id = accepted["executionId"]?.string else {
      throw Failure(.internal, "no-id", "the node accepted the call without an executionId")
    }
    let isInterrupted = phase.withLock { phase in
      defer { phase = .running(id) }
      if case .interrupted = phase { return true }
      return false
    }
    if isInterrupted { cancel(id) }
    if invocation.has(.noWait) {
      if try !invocation.answered(accepted) { try invocation.console.line(id.printable) }
      return isInterrupted ? .cancelled : .success
    }
    if !invocation.has(.json) {
      try Output(id: id, address: address, console: invocation.console).copy(follow: true)
    }
    return try report(try node.final(id), id)
  }

  /// Submits the call, and asks again under the same key where no answer came: the node may have
  /// accepted it all the same, and then says as what.
  private func submit(_ call: JSON, _ node: NodeClient) throws(Failure) -> JSON {
    let key = HTTPHeader("Idempotency-Key", "orien-run-" + String(hex: Random.bytes(16)))
    phase.withLock { $0 = .asking }
    var tries = 0
    while true {
      do throws(Failure) {
        return try node.json("POST", Paths.execute, body: call, headers: [key])
      } catch {
        tries += 1
        guard ["broken-connection", "no-answer"].contains(error.reason), tries < Self.tries
        else { throw error }
      }
    }
  }

  /// Says how it ended where its own streams cannot have said it.
  private func report(_ record: JSON, _ id: String) throws(Failure) -> ExitCode {
    let code = ExitCode(final: record)
    guard try !invocation.answered(record) else { return code }
    let exit = record["exitCode"]?.int64
    if code != .success && exit == nil {
      let message = record["message"].plain.isEmpty ? record["reason"] : record["message"]
      invocation.console.tell(
        "\(id) ended as \(record["status"].plain.printable): \(message.plain.printable)")
    }
    if record["truncated"]?.bool == true {
      invocation.console.tell("more output came than was granted, and is lost")
    }
    return code
  }
}

extension ExitCode {
  /// What `run` ends with: as the tool did, where it exited.
  init(final record: JSON) {
    let exit = record["exitCode"]?.int64.flatMap { Int32(exactly: $0) }
    let signal = record["signal"]?.string.flatMap(SignalName.number).flatMap {
      (1...127).contains($0) ? $0 : nil
    }
    let code: Int32 =
      switch Status(rawValue: record["status"]?.string ?? "") {
      case .completed?: exit ?? 0
      case .failed?: signal.map { 128 + $0 } ?? exit.flatMap { $0 == 0 ? nil : $0 } ?? 1
      case .timeout?: 124
      case .cancelled?: 130
      default: 70
      }
    self.init(code)
  }
}
