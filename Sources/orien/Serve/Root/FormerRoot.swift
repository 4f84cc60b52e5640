import OrienModel
import OrienNode
import OrienSandbox
import OrienSystem

/// What a node that root has started has done before it became somebody else, and what it has left of
/// that: everything that needs root from then on the warden and the jail do.
struct FormerRoot {
  let warden: Warden
  /// Whom programs in the jail are.
  let users: SlotUsers?
  private let account: UserAccount
  /// Entries of workspaces that stay root's, for they lie too deep.
  private let tooDeep: Int
  /// Why nobody can tell whether others have the same users.
  private let usersTrouble: Failure?
  /// Sockets that listen where only root may.
  private let listeners: [(address: NetworkAddress, raw: Int32)]

  /// Below are ports that only root listens on, where nobody has said otherwise.
  private static let firstFreePort: UInt16 = 1024

  /// Does what needs root, and has this process be `account` for good. To be called before there is a
  /// second thread; where it fails the process is to end.
  init(
    giving account: UserAccount, _ configuration: Configuration, _ environment: Environment
  ) throws(Failure) {
    let ports = configuration.machines
    guard ports.firstPort >= Self.firstFreePort || ports.firstPort >= ports.endPort else {
      throw Configuration.userRefusal(
        "\(account.name) may lend no ports below \(Self.firstFreePort), and the first of machines' is "
          + "\(ports.firstPort)")
    }
    let state = try Self.folder(at: configuration.stateFolder)
    let records = try Folder(at: configuration.lastingFolder, creating: true)
    try Self.checkIsRoots(records)
    try records.keep(readableBy: account.group)
    let workspaces = try Self.folder(at: configuration.workspaceFolder)
    // Whatever else is there is none of the node's.
    var tooDeep = try workspaces.hand(to: account) { !Self.isSessions($0) }
    tooDeep += try state.hand(to: account) { path in
      let full = state.path + "/" + path.text
      return [records.path, workspaces.path].contains { full == $0 || full.hasPrefix($0 + "/") }
    }
    self.tooDeep = tooDeep
    self.account = account
    (users, usersTrouble) = try configuration.slotUsers(environment)
    listeners = try Self.listen(at: configuration.addresses)
    warden = try Warden(
      program: environment.sibling("orien-jail"),
      Warden.Groups(
        jail: try state.groupName(), outside: try state.groupName(of: "outside"),
        lasting: try state.groupName(of: "lasting")),
      records: records.path, for: account)
    do throws(SystemError) { try account.become() } catch {
      throw error.failure("becoming \(account.name)")
    }
    try Self.checkReach(configuration, environment, account)
  }

  /// One at the top of the machine's folders is never a node's alone, to be given away.
  private static func folder(at path: String) throws(Failure) -> Folder {
    guard path.split(separator: "/").count > 1 else {
      throw Configuration.userRefusal(
        "\(path) is the machine's, and not to be given to a user: name a folder in it")
    }
    return try Folder(at: path, creating: true)
  }

  /// What is written down there root acts upon, so nobody else may have put it there.
  private static func checkIsRoots(_ records: Folder) throws(Failure) {
    let owner: UInt32
    do throws(SystemError) { owner = try records.status().owner } catch {
      throw error.failure(records.path)
    }
    guard owner == 0 else {
      throw Configuration.userRefusal(
        "\(records.path) belongs to user \(owner), expected root; where you have given it away, "
          + "give it back")
    }
  }

  /// The plain folder of a session, and what is in it.
  private static func isSessions(_ path: FolderPath) -> Bool {
    let top = path.text.utf8.prefix { $0 != UInt8(ascii: "/") }
    return top.count == 32 && top.allSatisfy(\.isLowerHexDigit)
  }

  private static func listen(
    at addresses: [NetworkAddress]
  ) throws(Failure) -> [(address: NetworkAddress, raw: Int32)] {
    var listeners: [(address: NetworkAddress, raw: Int32)] = []
    for address in addresses where address.port > 0 && address.port < firstFreePort {
      do throws(SystemError) {
        listeners.append((address, try Listener(on: address).released()))
      } catch {
        throw error.failure("listening on \(address)")
      }
    }
    return listeners
  }

  /// What he may not even read would be missed in the middle of something else.
  private static func checkReach(
    _ configuration: Configuration, _ environment: Environment, _ account: UserAccount
  ) throws(Failure) {
    let programs = ["orien-worker", "orien-jail"].map { environment.sibling($0) }
    for path in [configuration.toolsFolder] + programs where HostFile.kind(at: path) == nil {
      throw Configuration.userRefusal(
        "\(account.name) cannot reach \(path): put it where that user may read it, or name another "
          + "user, or root")
    }
  }

  /// What the log has of it: while there was root there was no thread yet to write one.
  func tell(_ log: Log) {
    log.info("root is given up", ["user": account.name])
    if let usersTrouble { Self.tell(usersTrouble, log) }
    guard tooDeep > 0 else { return }
    log.warning(
      "what lies too deep in workspaces stays root's, and the node cannot change it",
      ["entries": "\(tooDeep)"])
  }

  /// Those that root has taken for it, or that it takes itself.
  static func users(
    _ former: FormerRoot?, _ configuration: Configuration, _ environment: Environment, _ log: Log
  ) throws(Failure) -> SlotUsers? {
    if let former {
      former.tell(log)
      return former.users
    }
    let (users, trouble) = try configuration.slotUsers(environment)
    if let trouble { tell(trouble, log) }
    return users
  }

  static func tell(_ usersTrouble: Failure, _ log: Log) {
    log.warning(
      "nobody can tell whether another node of this machine has the same users",
      ["error": usersTrouble.description])
  }

  /// The socket that listens there; nil where anybody may.
  func listener(at address: NetworkAddress) -> Int32? {
    listeners.first { $0.address == address }?.raw
  }
}
