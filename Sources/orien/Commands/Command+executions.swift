import OrienModel
import OrienSystem

// Commands about executions that are there already.
extension Command {
  static func listExecutions(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let executions = try newest(invocation)
    if try invocation.answered(.object([JSON.Member("executions", .array(executions))])) {
      return .success
    }
    var table = TextTable("ID", "TOOL", "SESSION", "STATUS", "ACCEPTED", "RAN", "EXIT", "COST")
    for execution in executions {
      let ran = execution["effectiveDurationMs"]?.int64.map { "\($0) ms" } ?? ""
      let cost = execution["cost"].flatMap { cost -> String? in
        cost["microUnits"]?.uint64.map { Price.shown($0) + " " + cost["currency"].plain }
      }
      table.add(
        execution["executionId"].plain, execution["toolId"].plain, execution["sessionId"].plain,
        execution["status"].plain, execution["startedAt"].plain, ran,
        execution["exitCode"].plain, cost ?? "")
    }
    try invocation.console.write(table.text(invocation.console.style))
    return .success
  }

  /// As many as asked for, page by page. Without an option only what is not over.
  private static func newest(_ invocation: Invocation) throws(Failure) -> [JSON] {
    let limit = try invocation.limit()
    var statuses: [String?] = ["pending", "running"]
    if let status = try invocation.status() {
      statuses = [status]
    } else if invocation.has(.all) {
      statuses = [nil]
    }
    let node = try invocation.node()
    var executions: [JSON] = []
    for status in statuses {
      var cursor: String?
      repeat {
        var query = [("limit", "\(min(limit - executions.count, 100))")]
        if let status { query.append(("status", status)) }
        if let session = invocation.value(.ofSession) { query.append(("session", session)) }
        if let cursor { query.append(("cursor", cursor)) }
        let page = try node.json("GET", Paths.executions(query))
        executions += page["executions"]?.array ?? []
        cursor = page["next"]?.string
      } while cursor != nil && executions.count < limit
      if executions.count >= limit { break }
    }
    return executions
  }

  static func cancel(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let node = try invocation.node()
    var answers: [JSON] = []
    var first: Failure?
    for id in invocation.operands {
      do throws(Failure) {
        let record = try node.json("DELETE", Paths.execution(id))
        answers.append(record)
        if !invocation.has(.json) {
          try invocation.console.line("\(id): \(record["status"].plain.printable)")
        }
      } catch {
        first = first ?? error
        answers.append(
          .object([
            JSON.Member("executionId", .string(id)), JSON.Member("code", .string(error.reason)),
            JSON.Member("error", .string(error.message)),
          ]))
        let message = error.message.hasPrefix(id) ? error.message : "\(id): \(error.message)"
        invocation.console.explain(Failure(error.code, error.reason, message))
      }
    }
    _ = try invocation.answered(.array(answers))
    return first.map { ExitCode($0) } ?? .success
  }

  static func logs(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let id = invocation.operands[0]
    let address = try NodeClient.Address(invocation)
    let node = try NodeClient(address)
    // What there is none of is said before anything is written.
    let record = try node.json("GET", Paths.execution(id))
    guard invocation.has(.json) else {
      let output = Output(id: id, address: address, console: invocation.console)
      try output.copy(follow: invocation.has(.follow))
      return .success
    }
    _ = try invocation.answered(invocation.has(.follow) ? try node.final(id) : record)
    return .success
  }
}

extension Invocation {
  fileprivate func status() throws(Failure) -> String? {
    guard let text = value(.status), Status(rawValue: text) == nil else { return value(.status) }
    let all = Status.allCases.map(\.rawValue)
    throw .usage(
      "--status \(text): expected one of \(all.joined(separator: ", "))"
        + Nearest.hint(for: text, among: all), command)
  }

  fileprivate func limit() throws(Failure) -> Int {
    guard let text = value(.limit) else { return 50 }
    guard let limit = Int(text), (1...10_000).contains(limit) else {
      throw .usage("--limit \(text): expected a number from 1 to 10000", command)
    }
    return limit
  }
}

extension Price {
  /// Millionths as people write them: `0.000150`.
  static func shown(_ microUnits: UInt64) -> String {
    let fraction = String(microUnits % 1_000_000)
    return "\(microUnits / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count)
      + fraction
  }
}
