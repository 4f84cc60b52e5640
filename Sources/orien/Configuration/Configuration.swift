import OrienAPI
import OrienHTTP
import OrienKernel
import OrienLedger
import OrienModel
import OrienNode
import OrienPlugins
import OrienSandbox
import OrienSystem

/// All that an operator has decided about a node, read once and checked: what the process is
/// composed from. The bounds of each module have that module's defaults.
struct Configuration: Sendable {
  var providerID = "provider-demo"
  var providerName = "Demo Provider Node"
  /// Absolute paths.
  var stateFolder = ""
  var workspaceFolder = ""
  var toolsFolder = ""
  var rolesFolder = ""
  var logLevel = Log.Level.info
  /// Nil: text on a terminal, JSON elsewhere.
  var logFormat: Log.Format?

  var host: [UInt8] = [127, 0, 0, 1]
  var port: UInt16 = 4000
  var listen: [NetworkAddress] = []
  /// Whichever of the two settings it came from.
  var apiKey: String?
  var apiKeyFile: String?
  /// The others, of `keys.json`; read where a node is made of this.
  var keys: [KeyRecord] = []
  /// Nil: none.
  var rateLimit: Int? = 6000
  var trustedProxies: [NetworkRange] = []
  /// The node that commands ask; nil: the one that this configuration is of.
  var url: String?
  var origins = OriginPolicy()
  var isUnsafeAllowed = false
  /// Of this start alone: no plugins but those that come with Orien.
  var isSafe = false
  /// Folders that every program reads, as they were written.
  var shared: [JailGrants.Share] = []
  var runAs = RunAs.auto
  /// Whom the node becomes, once what needs root is done; nil: it stays who it is.
  var account: UserAccount?
  /// Nil: the first users that no other node has.
  var firstUser: UInt32?

  var policy = Policy.standard
  var workspaces = WorkspaceLimits()
  var workers = WorkerBounds()
  /// The plugin that is wanted for a role, by the role.
  var backends: [String: String] = [:]
  var pluginKeys: [PluginTrust.Entry] = []
  var workspaceQuota = WorkspaceQuota.auto
  var ledger = Ledger.Options()
  var http = HTTPLimits()
  var sandbox = SandboxSettings()
  var machines = MachineSettings()
  var payments = PaymentSettings()
  var collections = Collections.Settings()
  /// Where multipass is; nil: as its backend's manifest says.
  var multipassPath: String?
  /// Where the engine of docker-run is; nil: as its manifest says.
  var containerHost: String?
  var chain = ChainChoice()
  var portChecker = PortCheckerSettings()
  var faucet = FaucetSettings()
  /// It was called as the other system's provider, and answers as that does where they differ.
  var speaksGolem = false
  /// Where the operator's nginx has its configuration, and servers of ours in it.
  var nginxFolder: String?
  var nginxServers: String?

  /// Where each setting that somebody made comes from.
  var origin: [String: Origin] = [:]
  /// What the operator should be told, though it stops nothing.
  var warnings: [String] = []

  /// Where a setting was made, the weakest first.
  enum Origin: Sendable, Comparable {
    case file(path: String, line: Int)
    case workingFolder(path: String, line: Int)
    case environment
    case flag(String)

    var description: String {
      switch self {
      case .file(let path, let line), .workingFolder(let path, let line): "\(path):\(line)"
      case .environment: "environment"
      case .flag(let name): "--\(name)"
      }
    }

    private var strength: Int {
      switch self {
      case .file: 0
      case .workingFolder: 1
      case .environment: 2
      case .flag: 3
      }
    }

    static func < (a: Self, b: Self) -> Bool { a.strength < b.strength }
  }
}

extension Configuration {
  /// Where to listen: at the sandbox's own port too.
  var addresses: [NetworkAddress] {
    guard let port = sandbox.port else { return mainAddresses }
    let own = NetworkAddress(host: host, port: port)
    return mainAddresses + (mainAddresses.contains(own) ? [] : [own])
  }

  /// LISTEN, unless HOST or PORT was set more strongly, as by the environment over a file.
  private var mainAddresses: [NetworkAddress] {
    let single = [origin["HOST"], origin["PORT"]].compactMap { $0 }.max()
    if let several = origin["LISTEN"], single.map({ $0 <= several }) ?? true { return listen }
    return [NetworkAddress(host: host, port: port)]
  }

  /// The key of the examples, known to everybody.
  static let demoKey = "demo-key"

  /// Reads who may ask, as the state folder has it now.
  mutating func takeKeys() throws(Failure) { keys = try KeyFile.read(in: stateFolder) }

  /// Refuses what must not be served: anybody could call a node that listens beyond loopback
  /// without a key, or with one that can be guessed.
  func check() throws(Failure) {
    _ = try sharedFolders()
    guard let address = addresses.first(where: { !$0.isLoopback }) else { return }
    let advice =
      "make one by `orien key new admin --role operator`, or name a file with one by"
      + " PROVIDER_API_KEY_FILE"
    guard let apiKey else {
      guard keys.isEmpty else { return }
      throw Failure(.denied, "no-key", "listening on \(address) needs a key: \(advice)")
    }
    guard apiKey != Self.demoKey, apiKey.utf8.count >= 16 else {
      throw Failure(
        .denied, "weak-key",
        "listening on \(address) needs a key that nobody guesses, of 16 characters at least: "
          + advice)
    }
  }
}
