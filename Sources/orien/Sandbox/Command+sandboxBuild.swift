import OrienModel
import OrienSystem

extension Command {
  private static let mostBytes = 64 << 10

  /// `orien sandbox build`: makes the image of calls that name none.
  static func sandboxBuild(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let environment = invocation.environment
    let path = invocation.operands.first.map { environment.absolute($0) } ?? environment.dockerfile
    let text = try HostFile(at: path).text(atMostBytes: mostBytes)
    let arguments = JSON.object([JSON.Member("dockerfile", .string(text))])
    var result = Result<JSON, Failure>.failure(SandboxBackends.none)
    try SandboxBackends(invocation).each { bench throws(Failure) in
      result = bench.ask("build", arguments)
      // One that has no images says so, and another may have them.
      if case .failure(let failure) = result, failure.code == .denied { return false }
      return true
    }
    let built = try result.get()
    if try !invocation.answered(built) {
      try invocation.console.line("built \(built["image"].plain): \(built["digest"].plain)")
    }
    return .success
  }
}

extension Environment {
  /// Of the image that comes with the programs.
  var dockerfile: String {
    let roles = rolesFolder
    let parts = executablePath.split(separator: "/", omittingEmptySubsequences: false)
    if let build = parts.firstIndex(of: ".build") {
      return parts[..<build].joined(separator: "/") + "/Plugins/docker-run/image/Dockerfile"
    }
    return String(roles[..<(roles.lastIndex(of: "/") ?? roles.endIndex)]) + "/image/Dockerfile"
  }
}
