import OrienModel

extension Command {
  /// `orien proxy setup`: what nginx lacks so that it can lend ports, and with `--write` puts it there.
  static func setUpProxy(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let configuration = try Configuration.load(
      environment: invocation.environment, file: invocation.value(.config))
    let setup = try NginxSetup(
      folder: configuration.nginxFolder, servers: configuration.nginxServers)
    let isWriting = invocation.has(.write)
    if isWriting { try setup.write() }
    if try invocation.answered(setup.json(isWritten: isWriting)) { return setup.code(isWriting) }
    try invocation.console.write(setup.told(isWritten: isWriting))
    return setup.code(isWriting)
  }
}

extension NginxSetup {
  fileprivate func code(_ isWritten: Bool) -> ExitCode {
    isWritten || plan.isDone ? .success : .negative
  }

  fileprivate func json(isWritten: Bool) -> JSON {
    let steps = plan.steps.map { step in
      JSON.object([.init("place", .string(step.place)), .init("lines", .string(step.lines))])
    }
    return .object([
      .init("file", .string(folder + "/nginx.conf")), .init("servers", .string(servers)),
      .init("missing", .array(steps)), .init("written", .bool(isWritten)),
    ])
  }

  fileprivate func told(isWritten: Bool) -> String {
    let file = folder + "/nginx.conf"
    guard !plan.isDone else {
      return "\(file) includes \(servers) in its stream block: nothing is missing.\n"
    }
    let steps = plan.steps.map { step in
      step.lines.split(separator: "\n").map { "    \($0)\n" }.joined() + "  \(step.place)\n"
    }
    if isWritten {
      return "\(file) has now:\n\(steps.joined())What it was is in \(file).before-orien. "
        + "Have nginx read it: nginx -s reload\n"
    }
    return "\(file) lacks:\n\(steps.joined())"
      + "orien proxy setup --write adds that, with the folders, where nginx takes it.\n"
  }
}
