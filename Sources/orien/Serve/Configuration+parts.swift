import OrienAPI
import OrienHTTP
import OrienKernel
import OrienModel
import OrienNode
import OrienPlugins
import OrienSandbox
import OrienSystem

// What the node's parts are given of the configuration.

extension Configuration {
  /// The key of the examples protects nothing, so that on loopback it counts as none.
  var access: Access {
    let first = [apiKey].compactMap { $0 }.filter { $0 != Self.demoKey }.map {
      Access.Key(owner: .operator, isOperator: true, secret: $0)
    }
    return Access(keys: first + keys.map(\.accessKey))
  }

  /// A node that others cannot reach has no ports that they can.
  var effectiveMachines: MachineSettings {
    var settings = machines
    (settings.providerID, settings.providerName) = (providerID, providerName)
    if addresses.allSatisfy(\.isLoopback) { settings.portHosts = addresses }
    // What is open beside callers' connections; one of a port takes six while bytes move.
    let open = (try? OpenFiles.raiseBound()) ?? 0
    let left = open - reservedFiles - http.connections - 2 * (machines.endPort - machines.firstPort)
    settings.ports.sessions = min(settings.ports.sessions, max(16, left / 6))
    return settings
  }

  /// What plugins are told by the node's own settings.
  func pluginSettings() throws(Failure) -> [PluginSettings] {
    var all: [PluginSettings] = []
    // Where nothing has to be paid the manifest alone says it.
    if let network = payments.network {
      all.append(try chain.pluginSettings(network, stateFolder))
    }
    if let path = multipassPath {
      var multipass = PluginSettings("multipass-vm")
      multipass.programs["multipass"] = path
      multipass.config = [JSON.Member("binary", .string(path))]
      all.append(multipass)
    }
    if let engine = containerHost.flatMap(ContainerEngine.init) { all.append(engine.settings) }
    return all
  }

  /// The node's own plugins, as the operator wants them.
  func tools(_ environment: Environment) throws(Failure) -> ToolsFolder {
    var tools = ToolsFolder(
      path: toolsFolder, storePath: stateFolder + "/plugins",
      worker: environment.sibling("orien-worker"), nodeVersion: Release.version)
    tools.isolation = .worker
    tools.isSafe = isSafe
    tools.workers = workers
    tools.settings = try pluginSettings()
    tools.trust = PluginTrust(pluginKeys)
    return tools
  }

  /// What programs have beyond what all have. Of no effect on a node that stays root are places.
  func grants(_ environment: Environment, _ named: NamedPlaces) throws(Failure) -> JailGrants {
    var grants = JailGrants()
    grants.hosts = environment.warmFolders.first { HostFile.kind(at: $0) == .folder }
    grants.libraries = Program.folder(ofSymbol: "swift_retain")
    grants.shared = try sharedFolders()
    // They are there by now, and the jail looks at what they are on.
    grants.workspaces = workspaceFolder
    grants.devices = Array(named.devices.prefix(JailGrants.devicesAtMost))
    if account != nil { grants.places = named.places }
    return grants
  }

  /// What outlives the node whose state this is.
  func lasting(
    _ environment: Environment, _ state: Folder, by warden: Warden? = nil
  ) throws(Failure) -> Lasting {
    Lasting(
      program: environment.sibling("orien-jail"), at: lastingFolder,
      groupName: try state.groupName(of: "lasting"), warden: warden)
  }

  var lastingFolder: String { stateFolder + "/lasting" }

  /// The users of a node's programs; nil where it is not root, and they are its own user. Where no
  /// lock can be had nobody can tell, for the trouble that there is, and the node goes on as if it were
  /// alone.
  func slotUsers(
    _ environment: Environment
  ) throws(Failure) -> (users: SlotUsers?, trouble: Failure?) {
    guard environment.userID == 0 else { return (nil, nil) }
    do throws(Failure) {
      return (try SlotUsers.take(firstUser), nil)
    } catch {
      guard error.code != .conflict else { throw error }
      return (nil, error)
    }
  }

  /// Disk limits of a call are those of its workspace.
  var effectivePolicy: Policy {
    var policy = policy
    policy.defaults.diskBytes = workspaces.usage.bytes
    policy.defaults.diskFiles = workspaces.usage.files
    policy.maxima.diskBytes = workspaces.usage.bytes
    policy.maxima.diskFiles = workspaces.usage.files
    policy.allowsUnsafe = isUnsafeAllowed
    return policy
  }

  /// The roles' pages, and which plugins are wanted. A folder that nobody named may be missing: then
  /// this node knows no roles.
  func roles() throws(Failure) -> RoleChoice {
    let isThere = HostFile.kind(at: rolesFolder) != nil
    let pages =
      isThere || origin["ROLES_DIR"] != nil ? try RoleFolder.pages(in: rolesFolder) : []
    return RoleChoice(pages: pages, plugins: backends)
  }

  /// What workspaces are made of; nil where they are folders.
  func images(loop: Loop, log: Log) throws(Failure) -> Images? {
    guard workspaceQuota != .count else { return nil }
    guard User.current == 0 || account != nil else {
      guard workspaceQuota == .auto else {
        throw Failure(
          .unavailable, "images-unusable", "WORKSPACE_QUOTA=image needs a node that runs as root")
      }
      return nil
    }
    return try Images(in: workspaceFolder, workspaces.usage, loop: loop, log: log)
  }

  /// What calls, workspaces and looking at ports need.
  private var reservedFiles: Int {
    let ports = machines.firstPort..<max(machines.firstPort, machines.endPort)
    return 256 + workspaces.openFolders + 8 * policy.slots
      + min(policy.queued, workspaces.sessions) + PortChecks.descriptors(ports)
  }

  /// As many connections as there are descriptors for, beside what calls and workspaces need: a call
  /// that waits holds its session's folder open.
  func effectiveHTTP(_ log: Log) throws(Failure) -> HTTPLimits {
    var http = http
    let open: Int
    do throws(SystemError) { open = try OpenFiles.raiseBound() } catch {
      throw error.failure("raising the bound of open files")
    }
    let room = open - reservedFiles
    guard room >= 64 else {
      throw Failure(
        .unavailable, "too-few-files",
        "this process may have \(open) open files, and needs \(reservedFiles + 64): "
          + "raise the limit (ulimit -n), or lower MAX_CONCURRENT")
    }
    if http.connections > room {
      log.warning(
        "fewer connections than configured: there are too few open files for more",
        ["connections": "\(room)", "configured": "\(http.connections)", "openFiles": "\(open)"])
      http.connections = room
    }
    return http
  }
}
