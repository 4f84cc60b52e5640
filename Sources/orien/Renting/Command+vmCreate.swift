import OrienModel
import OrienSystem

extension Command {
  /// `orien vm create`: orders a machine, and watches how it is made.
  static func createMachine(_ invocation: Invocation) throws(Failure) -> ExitCode {
    if invocation.has(.waitMade), invocation.has(.noWaitMade) {
      throw .usage("--wait and --async: expected one of them", invocation.command)
    }
    let name = invocation.operands[0]
    let asked = try invocation.node()
    let order = try invocation.machineOrder(name, asked)
    let progress = Progress("making \(name.printable)", invocation.console)
    var job = try asked.json("POST", Paths.machines + "?async=true", body: order)
    let token = job["access_token"]?.string
    if let token {
      let path = try invocation.keep(token: token, of: name)
      job = job.replacing("access_token", by: path.map { ("access_token_file", $0) })
    }
    let node = try invocation.node(of: name)
    if invocation.has(.noWaitMade) {
      if try !invocation.answered(job) {
        try invocation.console.line("\(name): is being made; see orien vm show \(name)")
      }
      return .success
    }
    let outcome = try invocation.outcome(
      of: job["job_id"].plain, node, progress, isPayers: token != nil)
    progress.end()
    guard outcome["status"]?.string == "ready" else {
      if token != nil { invocation.forgetToken(of: name) }
      throw Failure(
        .unavailable, "not-made", "\(name): was not made: \(outcome["error"].plain.printable)")
    }
    let machine = try node.json("GET", Paths.machine(name))
    // It answers to both of its names.
    if let token, let id = machine["id"]?.string { _ = try invocation.keep(token: token, of: id) }
    if let path = invocation.value(.publicKey) { invocation.remember(key: path, of: machine) }
    if try invocation.answered(machine) { return .success }
    try invocation.console.line("\(name): \(machine["status"].plain.printable)")
    if !invocation.has(.publicKey) {
      try invocation.console.line("its key:  orien vm access \(name) --save \(name).key")
    }
    try invocation.console.line("log in:   orien vm ssh \(name)")
    return .success
  }
}

extension Invocation {
  /// As the API takes it. What is not said is not in it: then the node decides.
  fileprivate func machineOrder(_ name: String, _ node: NodeClient) throws(Failure) -> JSON {
    var members = [JSON.Member("name", .string(name))]
    if let text = value(.machineStream) {
      let stream = try number(ofStream: text, as: "--stream \(text.printable)")
      members.append(JSON.Member("stream_id", .string(stream)))
      if let proof = try proof(for: .machine(name), by: stream, node) {
        members.append(JSON.Member("stream_proof", proof))
      }
    } else if value(.wallet) != nil || value(.proofFile) != nil {
      throw .usage("--wallet and --proof are of the stream that --stream names", command)
    }
    for (member, option) in [("size", Option.size), ("image", .image)] {
      if let text = value(option) { members.append(JSON.Member(member, .string(text))) }
    }
    var resources: [JSON.Member] = []
    for (member, option) in [("cpu", Option.cpu), ("memory", .memory), ("storage", .storage)] {
      guard let text = value(option) else { continue }
      guard let number = Int64(text), number > 0 else {
        throw .usage("--\(option.name) \(text): expected a whole number", command)
      }
      resources.append(JSON.Member(member, .integer(number)))
    }
    if !resources.isEmpty { members.append(JSON.Member("resources", .object(resources))) }
    if let path = value(.publicKey) {
      let text = try HostFile(at: environment.absolute(path)).text(atMostBytes: 16 << 10)
      // Who names the private key must not send it anywhere.
      guard !text.lines.contains(where: { $0.hasPrefix("-----BEGIN ") }) else {
        throw Failure(
          .invalid, "private-key",
          "\(path): is a private key, which stays here: give the public one, \(path).pub")
      }
      let line = text.lines.first { !$0.isEmpty && !$0.hasPrefix("#") } ?? ""
      members.append(JSON.Member("ssh_key", .string(String(line))))
    }
    return .object(members)
  }

  /// Asks until the job is over.
  fileprivate func outcome(
    of job: String, _ node: NodeClient, _ progress: Progress, isPayers: Bool
  ) throws(Failure) -> JSON {
    while true {
      do throws(Failure) {
        let state = try node.json("GET", Paths.job(job))
        if state["status"]?.string != "creating" { return state }
      } catch {
        // What opens a machine opens nothing once it has failed.
        guard isPayers, error.code == .unauthenticated else { throw error }
        return .object([
          .init("status", .string("failed")),
          .init("error", .string("the node says no more of it")),
        ])
      }
      progress.wait(.milliseconds(500))
    }
  }
}

extension JSON {
  /// Of an object: with another member in the place of one.
  fileprivate func replacing(_ name: String, by other: (name: String, text: String)?) -> JSON {
    .object(
      (members ?? []).compactMap { member in
        guard member.name == name else { return member }
        return other.map { JSON.Member($0.name, .string($0.text)) }
      })
  }
}
