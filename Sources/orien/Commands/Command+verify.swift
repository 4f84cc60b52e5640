import OrienModel
import OrienPlugins
import OrienSystem

extension Command {
  /// `orien plugin verify`: whether a node would take a file for its signature, without one.
  static func verifyPlugin(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let trust = PluginTrust(try Configuration.load(invocation).pluginKeys)
    let path = invocation.environment.absolute(invocation.operands[0])
    var members = [JSON.Member("path", .string(path))]
    let line: String
    let code: ExitCode
    do throws(Failure) {
      let standing = try trust.verify(path)
      let how = standing.signedAt.map { "signed at \($0)" } ?? "listed by its hash"
      if let at = standing.signedAt { members.append(JSON.Member("signedAt", .unsigned(at))) }
      members.append(JSON.Member("verified", .bool(true)))
      (line, code) = ("\(path.printable): \(how)", .success)
    } catch {
      guard error.code == .denied || error.reason == "bad-signature" else { throw error }
      members.append(JSON.Member("verified", .bool(false)))
      members.append(JSON.Member("reason", .string(error.message)))
      (line, code) = ("\(path.printable): \(error.message.printable)", .negative)
    }
    if try !invocation.answered(.object(members)) { try invocation.console.line(line) }
    return code
  }
}
