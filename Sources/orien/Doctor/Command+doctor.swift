import OrienKernel
import OrienModel
import OrienSandbox
import OrienSystem

extension Command {
  /// `orien doctor`: all that a node would find on this machine, whether one runs or not.
  static func doctor(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let configuration = try Configuration.load(invocation)
    let log = Log(level: .warning, format: .text)
    let examination = Examination(configuration, invocation.environment, log)
    let found = Result { () throws(Failure) in try examination.run() }
    log.close()
    let (posture, checks) = try found.get()
    let report = DoctorReport(posture: posture, checks: checks)
    if try !invocation.answered(report.json) {
      try invocation.console.write(report.text(invocation.console.style))
    }
    return posture.isWalled ? .success : .negative
  }
}

/// The way of one examination through what it starts and makes, all of which is gone at its end.
private struct Examination {
  let configuration: Configuration
  let environment: Environment
  let log: Log

  init(_ configuration: Configuration, _ environment: Environment, _ log: Log) {
    self.configuration = configuration
    self.environment = environment
    self.log = log
  }

  func run() throws(Failure) -> (Posture, [Check]) {
    let scratch = Result { () throws(Failure) in
      try TemporaryFolder(in: NodeChecks.nearest(configuration.stateFolder))
    }
    let place = Result { () throws(Failure) in try findPlace() }
    // Where there is no room for any the rest of the machine is looked at all the same.
    let (workspaces, standIn) =
      if case .success(let found) = place { found } else {
        try Self.temporary(in: "/tmp", of: configuration.account)
      }
    let found = Result { () throws(Failure) in
      let posture = try posture(in: workspaces)
      let nodeChecks = NodeChecks(
        configuration: configuration, environment: environment, scratch: scratch,
        workspaces: place.map(\.folder))
      return (posture, posture.checks + nodeChecks.all)
    }
    try standIn?.remove()
    if case .success(let folder) = scratch { try folder.remove() }
    return try found.get()
  }

  private typealias Place = (folder: Folder, standIn: TemporaryFolder?)

  /// Where they are to be made anew, their disk is the one of what is above.
  private func findPlace() throws(Failure) -> Place {
    let path = configuration.workspaceFolder
    guard HostFile.kind(at: path) != .folder else { return (try Folder(at: path), nil) }
    return try Self.temporary(in: NodeChecks.nearest(path), of: configuration.account)
  }

  private static func temporary(
    in path: String, of account: UserAccount?
  ) throws(Failure) -> Place {
    let made = try TemporaryFolder(in: path)
    if let account { try made.hand(to: account) }
    return (made.folder, made)
  }

  private func posture(in workspaces: Folder) throws(Failure) -> Posture {
    var posture = Posture()
    var grants = JailGrants()
    grants.hosts = environment.warmFolders.first { HostFile.kind(at: $0) == .folder }
    grants.owner = configuration.account
    // Those that a start would refuse are told among the settings.
    grants.shared = (try? configuration.sharedFolders()) ?? []
    posture.machine = .current(environment, hosts: grants.hosts)
    posture.workspaces = configuration.workspaceFolder
    posture.required = configuration.policy.required
    posture.quota = configuration.workspaceQuota
    let users = try self.users(&posture)
    let first = users?.first ?? configuration.firstUser ?? SlotUsers.usual
    posture.firstUser = users?.first
    let probe = JailProbe(
      program: environment.sibling("orien-jail"), grants: grants, firstUser: first, log: log)
    (posture.capabilities, posture.trial) = try probe.run(in: workspaces)
    posture.obstacleToPublic = Self.obstacleToPublic(environment, in: workspaces)
    return posture
  }

  private static func obstacleToPublic(
    _ environment: Environment, in folder: Folder
  ) -> String? {
    let lasting = Lasting(
      program: environment.sibling("orien-jail"), at: folder.path,
      groupName: "orien-" + String(hex: Random.bytes(8)))
    do throws(Failure) { return try lasting.obstacleToPublic() } catch {
      return "nobody can tell: \(error.message)"
    }
  }

  /// Users that nobody else has, so that no node is disturbed.
  private func users(_ posture: inout Posture) throws(Failure) -> SlotUsers? {
    do throws(Failure) {
      let (users, trouble) = try configuration.slotUsers(environment)
      if let trouble { FormerRoot.tell(trouble, log) }
      return users
    } catch {
      posture.usersTaken = error
      return try SlotUsers.take(nil)
    }
  }
}
