import OrienLedger
import OrienModel
import OrienSystem

// Commands that carry a state folder elsewhere.
extension Command {
  static let carrying: [Command] = [
    Command(
      "backup", taking: [.one("FILE")],
      "Write ledger, outputs and keys to one file, also while the node runs",
      options: [.state, .config, .json],
      examples: [
        Example("orien backup /var/backups/orien.tar", "Who reads it can sign as the node: keep it")
      ], run: backUp),
    Command(
      "restore", taking: [.one("FILE")],
      "Make an empty state folder what a backup has, and check it",
      options: [.state, .config, .json],
      examples: [
        Example("orien restore /var/backups/orien.tar", "Before the node starts there")
      ], run: restore),
  ]

  private static func backUp(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let state = try Folder(at: try Configuration.load(invocation).stateFolder)
    let path = invocation.environment.absolute(invocation.operands[0])
    let parts = path.split(separator: "/").map(String.init)
    guard let last = parts.last, !path.hasSuffix("/") else {
      throw .usage("\(path): expected the name of a file", invocation.command)
    }
    let name = try FolderPath(last)
    let folder = try Folder(at: "/" + parts.dropLast().joined(separator: "/"))
    let count = try Backup(of: state).write(as: name, in: folder)
    let json = JSON.object([
      JSON.Member("path", .string(path)), JSON.Member("files", .integer(Int64(count))),
    ])
    if try !invocation.answered(json) {
      try invocation.console.line("\(path): \(count) files, and with them the node's key")
    }
    return .success
  }

  private static func restore(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let archive = try HostFile(at: invocation.environment.absolute(invocation.operands[0]))
    let path = try Configuration.load(invocation).stateFolder
    let state = try Folder(at: path, creating: true)
    var restoration = try Restoration(of: archive, to: state)
    let report = try restoration.run()
    let json = JSON.object([
      JSON.Member("path", .string(path)), JSON.Member("position", .integer(report.end)),
    ])
    if try !invocation.answered(json) {
      try invocation.console.line("\(path): restored and verified, up to place \(report.end)")
    }
    return .success
  }
}
