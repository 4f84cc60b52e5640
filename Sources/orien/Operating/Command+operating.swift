import OrienModel

// Commands to a node that runs.
extension Command {
  static let operating: [Command] = [
    Command(
      "reload", "Have the node read configuration, keys and plugins anew, whole or not at all",
      options: asking,
      examples: [Example("orien reload", "What changed, and what needs a restart; as SIGHUP does")],
      run: reload),
    Command(
      "drain", "Have the node take no new work, and go on with what it has accepted",
      options: [.undo] + asking,
      examples: [
        Example("orien drain", "Before maintenance; orien status says when nothing runs"),
        Example("orien drain --undo", "Take new work again"),
      ], run: drain),
  ]

  private static func reload(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let report = try invocation.node().json("POST", Paths.reload, patience: .seconds(120))
    if try invocation.answered(report) { return .success }
    let lists = (report.members ?? []).filter { $0.value.array?.isEmpty == false }
    for list in lists {
      for entry in list.value.array ?? [] {
        try invocation.console.line("\(list.name): \(entry.plain.printable)")
      }
    }
    if lists.isEmpty { try invocation.console.line("nothing has changed") }
    return .success
  }

  private static func drain(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let method = invocation.has(.undo) ? "DELETE" : "POST"
    let state = try invocation.node().json(method, Paths.drain)
    if try invocation.answered(state) { return .success }
    let word = state["draining"]?.bool == true ? "takes no new work" : "takes new work"
    try invocation.console.line(
      "the node \(word); running: \(state["running"].plain), waiting: \(state["waiting"].plain)")
    return .success
  }
}
