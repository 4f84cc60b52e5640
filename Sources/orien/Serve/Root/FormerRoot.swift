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
    let state = try Folder(at: configuration.stateFolder, creating: true)
    let records = try Folder(at: configuration.lastingFolder, creating: true)
    try records.keep(readableBy: account.group)
    let workspaces = try Folder(at: configuration.workspaceFolder, creating: true)
    var tooDeep = try workspaces.hand(to: account) { ImageSettings.isOfImages($0) }
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
