import OrienModel
import OrienSystem

extension Command {
  /// `orien sandbox run`: sends code with its files, prints what it wrote, keeps what it left, and
  /// exits as it did.
  static func runInSandbox(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let path = invocation.operands[0]
    let folder: Folder? =
      if let place = invocation.value(.artifacts) {
        try Folder(at: invocation.environment.absolute(place), creating: true)
      } else {
        nil
      }
    var members = [
      JSON.Member("code", .string(try SandboxCode.text(at: path))),
      JSON.Member(
        "language", .string(invocation.value(.language) ?? SandboxCode.language(of: path))),
      JSON.Member("readonly", .bool(folder == nil)),
      JSON.Member("capture_artifacts", .bool(folder != nil)),
      JSON.Member("files", try SandboxCode.files(invocation.all(.file))),
    ]
    if let text = invocation.value(.timeout) {
      guard let seconds = Int64(text), (1...300).contains(seconds) else {
        throw .usage("--timeout: expected seconds from 1 to 300", invocation.command)
      }
      members.append(JSON.Member("timeout", .integer(seconds)))
    }
    let node = try NodeClient(NodeClient.Address(invocation))
    let answer = try node.json(
      "POST", Paths.run, body: .object(members), patience: .seconds(3600), bytes: 256 << 20)
    if let folder { try SandboxCode.keep(answer["artifacts"], in: folder) }
    let code = ExitCode(sandboxed: answer)
    guard try !invocation.answered(answer) else { return code }
    try invocation.console.write(answer["stdout"].plain)
    try invocation.console.write(answer["stderr"].plain, to: .errors)
    if answer["timed_out"]?.bool == true { invocation.console.tell("its time was over") }
    for name in answer["artifacts_omitted"]?.array ?? [] where folder != nil {
      invocation.console.tell("not kept: \(name.string?.printable ?? "")")
    }
    return code
  }
}

extension Option {
  static let language = Option(
    "language", value: "NAME", "What the code is written in; else as the file's name says")
  static let timeout = Option("timeout", value: "SECONDS", "How long it may run, up to 300")
  static let artifacts = Option(
    "artifacts", value: "DIR", "Let it write to its workspace, and keep there what it leaves")
}

extension ExitCode {
  fileprivate init(sandboxed answer: JSON) {
    let code = answer["exit_code"]?.int64.flatMap { Int32(exactly: $0) } ?? 70
    self.init(answer["timed_out"]?.bool == true ? 124 : code)
  }
}
