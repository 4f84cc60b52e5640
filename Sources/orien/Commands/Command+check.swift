import OrienKernel
import OrienModel
import OrienPlugins
import OrienSystem

extension Command {
  /// `orien plugin check`: asks a backend what its role's page has as checks, without a node.
  static func checkPlugin(_ invocation: Invocation) throws(Failure) -> ExitCode {
    guard let role = invocation.value(.role) else {
      throw .usage("expected --role ROLE", invocation.command)
    }
    let configuration = try Configuration.load(invocation)
    let folder = configuration.rolesFolder
    let pages = try RoleFolder.pages(in: folder)
    guard let page = pages.first(where: { $0.id == role }) else {
      throw Failure(
        .notFound, "unknown-role",
        "\(folder) has no page of \(role)\(Nearest.hint(for: role, among: pages.map(\.id)))")
    }
    let log = Log(level: .warning, format: .text)
    defer { log.close() }
    let environment = invocation.environment
    let bench = try Workbench(configuration, environment, log: log)
    let found = Result { () throws(Failure) in
      let backend = try BackendBench(environment.absolute(invocation.operands[0]), page, on: bench)
      let verdicts = backend.run()
      try backend.close()
      return (backend.plugin, verdicts)
    }
    try bench.close()
    let (plugin, verdicts) = try found.get()
    let hasPassed = verdicts.allSatisfy { $0.fault == nil }
    let answer = JSON.object([
      JSON.Member("role", .string(role)), JSON.Member("plugin", .string(plugin.id)),
      JSON.Member("passed", .bool(hasPassed)),
      JSON.Member("checks", .array(verdicts.map(\.json))),
    ])
    if try !invocation.answered(answer) {
      let style = invocation.console.style
      for verdict in verdicts {
        let word = verdict.fault == nil ? style.green("ok") : style.red("FAILED")
        let why =
          (verdict.fault ?? verdict.inability.map { "it cannot, \($0)" })
          .map { ": \($0.printable)" } ?? ""
        try invocation.console.line("\(word) \(verdict.label.printable)\(why)")
      }
    }
    return hasPassed ? .success : .negative
  }
}

extension BackendBench.Verdict {
  fileprivate var label: String { operation.isEmpty ? name : "\(operation): \(name)" }

  fileprivate var json: JSON {
    var members = [JSON.Member("name", .string(name))]
    if !operation.isEmpty { members.append(JSON.Member("operation", .string(operation))) }
    members.append(JSON.Member("passed", .bool(fault == nil)))
    if let fault { members.append(JSON.Member("message", .string(fault))) }
    if let inability {
      members += [
        JSON.Member("available", .bool(false)), JSON.Member("reason", .string(inability)),
      ]
    }
    return .object(members)
  }
}
