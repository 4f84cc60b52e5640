import OrienModel

// Commands that change a machine which is there.
extension Command {
  /// A stop may take minutes, and so may a start.
  private static let patience = Duration.seconds(900)

  static func startMachine(_ invocation: Invocation) throws(Failure) -> ExitCode {
    try turn(invocation, "start", "starting")
  }

  static func stopMachine(_ invocation: Invocation) throws(Failure) -> ExitCode {
    try turn(invocation, "stop", "stopping")
  }

  private static func turn(
    _ invocation: Invocation, _ verb: String, _ doing: String
  ) throws(Failure) -> ExitCode {
    let name = invocation.operands[0]
    let progress = Progress("\(doing) \(name.printable)", invocation.console)
    let path = Paths.machine(name) + "/" + verb
    let machine = try invocation.node(of: name).json("POST", path, patience: patience)
    progress.end()
    if try !invocation.answered(machine) {
      try invocation.console.line("\(name): \(machine["status"].plain.printable)")
    }
    return .success
  }

  static func deleteMachine(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let name = invocation.operands[0]
    let node = try invocation.node(of: name)
    // What answers to golem's callers says of an unknown one that it is deleted; whoever types a name
    // wants to know that it was none.
    let machine = try node.json("GET", Paths.machine(name))
    let progress = Progress("deleting \(name.printable)", invocation.console)
    let answer = try node.json("DELETE", Paths.machine(name), patience: patience)
    progress.end()
    let isGone = answer.members == nil
    try invocation.forget(machine, isGone: isGone)
    let json = JSON.object([
      JSON.Member("name", .string(name)), JSON.Member("id", machine["id"] ?? .null),
      JSON.Member("deleted", .bool(isGone)),
    ])
    if try !invocation.answered(json) {
      try invocation.console.line(
        isGone ? "\(name): deleted" : "\(name): is being deleted; see orien vm show \(name)")
    }
    return .success
  }
}
