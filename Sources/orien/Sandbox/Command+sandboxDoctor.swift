import OrienModel
import OrienPlugins

extension Command {
  /// `orien sandbox doctor`: by what code can be run here, and why not by others.
  static func sandboxDoctor(_ invocation: Invocation) throws(Failure) -> ExitCode {
    var backends: [JSON] = []
    try SandboxBackends(invocation).each { bench throws(Failure) in
      var members = [JSON.Member("plugin", .string(bench.plugin.id))]
      switch bench.ask("probe", .object([])) {
      case .success(let answer): members += answer.members ?? []
      case .failure(let failure):
        members += [
          JSON.Member("available", .bool(false)), JSON.Member("reason", .string(failure.message)),
        ]
      }
      backends.append(.object(members))
      return false
    }
    if try !invocation.answered(.object([JSON.Member("backends", .array(backends))])) {
      var table = TextTable("TOOL", "ENGINE", "VERSION", "AVAILABLE")
      for backend in backends {
        let isThere = backend["available"]?.bool == true
        table.add(
          (backend["tool"] ?? backend["plugin"]).plain, backend["engine"].plain,
          backend["version"].plain,
          isThere ? "yes" : "no: \(backend["reason"].plain)")
      }
      try invocation.console.write(table.text(invocation.console.style))
    }
    return backends.contains { $0["available"]?.bool == true } ? .success : .negative
  }
}
