import OrienModel
import OrienSystem

extension Command {
  /// `orien vm ssh`: becomes the system's ssh. It does not ask for the access, by which a key that
  /// waits would be handed out.
  static func logIn(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let environment = invocation.environment
    let name = invocation.operands[0]
    let machine = try invocation.node(of: name).json("GET", Paths.machine(name))
    let id = machine["id"]?.string ?? ""
    // Refuses an id that is none before there is a folder of that name.
    var login = try SSHLogin(machine, knownHosts: "", key: nil)
    let notes = try MachineNotes(of: id, environment)
    login.knownHosts = notes.knownHostsPath
    login.key =
      if let path = invocation.value(.identity) { environment.absolute(path) } else {
        try notes.key()
      }
    guard let program = environment.program("ssh") else {
      throw Failure(
        .unavailable, "no-ssh", "there is no ssh on PATH: sudo apt-get install openssh-client")
    }
    let words = login.words(Array(invocation.operands.dropFirst()))
    throw Program.become(program, arguments: words).failure("starting \(program)")
  }
}

extension Environment {
  /// The first program of that name on PATH.
  func program(_ name: String) -> String? {
    (self["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
      .map { "\($0)/\(name)" }
      .first { $0.hasPrefix("/") && HostFile.kind(at: $0) == .regular }
  }
}
