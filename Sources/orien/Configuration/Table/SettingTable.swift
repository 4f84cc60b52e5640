import OrienHTTP
import OrienKernel
import OrienLedger
import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

/// Every setting there is: the one table that reading, `orien config show`, the flags of
/// `orien serve` and the README's table are made of.
extension Setting {
  static let all = Array(
    [
      place, listening, work, calls, plugins, sandbox, machines, payments, chain, prepaid,
      collections, prices, faucets, reach, portChecking, keeping,
    ].joined())

  /// Also by the name that it has behind another system's prefix.
  static func named(_ name: String) -> Setting? {
    if let setting = all.first(where: { $0.name == name }) { return setting }
    guard let rest = Prefixed.rest(of: name) else { return nil }
    return all.first { $0.name == rest }
  }

  private static let place: [Setting] = [
    Setting("PROVIDER_ID", \.providerID, .text, "The node's id, as coordinators know it"),
    Setting("PROVIDER_NAME", \.providerName, .text, "The node's name, for people"),
    Setting(
      "STATE_DIR", \.stateFolder, .path, "Where the ledger, keys and outputs are kept",
      fallback: "`$XDG_STATE_HOME/orien` or `~/.local/state/orien`; for root `/var/lib/orien`",
      flag: .state),
    Setting(
      "WORKSPACE_ROOT", \.workspaceFolder, .path, "Where the sessions' workspaces are",
      fallback: "`workspaces` in the state folder"),
    Setting(
      "TOOLS_DIR", \.toolsFolder, .path, "The plugins and their manifests",
      fallback: "`tools.d` beside the program or in its package, else in the working folder",
      flag: .tools),
    Setting(
      "ROLES_DIR", \.rolesFolder, .path, "The pages that backends of roles are held to",
      fallback: "`roles` beside the program or in its package"),
    Setting(
      "RUN_AS", \.runAs, .runAs,
      "As whom a node goes on that root has started: a user's name, or root; auto is the user orien,"
        + " where the machine has one"),
    Setting(
      "LOG_LEVEL", \.logLevel,
      .choice(["debug": .debug, "info": .info, "warning": .warning, "error": .error]),
      "What is worth a line of the log", isLive: true),
    Setting(
      "LOG_FORMAT", \.logFormat, .choice(["auto": nil, "json": .json, "text": .text]),
      "How the log is written; auto is text on a terminal and JSON elsewhere"),
  ]

  private static let listening: [Setting] = [
    Setting("HOST", \.host, .host, "The address to listen on"),
    Setting("PORT", \.port, .whole(0...65535), "The port to listen on; 0 takes a free one"),
    Setting(
      "LISTEN", \.listen, .list(of: .address), "Addresses to listen on, in place of HOST and PORT",
      flag: .listen),
    Setting(
      "PROVIDER_API_KEY", \.apiKey, .optional(.text),
      "The first operator's key; this or one of `orien key new` is needed to listen beyond loopback",
      isSecret: true, isLive: true),
    Setting(
      "PROVIDER_API_KEY_FILE", \.apiKeyFile, .optional(.path),
      "A file whose first line is that key, which keeps it out of the environment", isLive: true),
    Setting(
      "ORIEN_URL", \.url, .optional(.text),
      "The node that commands ask, and `serve` does not; else the one of these settings"),
    Setting(
      "ALLOW_ORIGIN", \.origins.allowedOrigins, .list(of: .text),
      "Origins whose pages may call the node; * is any", isLive: true),
    Setting(
      "ALLOW_HOST", \.origins.hostNames, .list(of: .text),
      "Names by which the node may be called on loopback", isLive: true),
    Setting(
      "ALLOW_UNSAFE", \.isUnsafeAllowed, .flag,
      "Run scripts also on a machine that cannot wall them in", flag: .allowUnsafe),
    Setting(
      "RATE_LIMIT_PER_MINUTE", \.rateLimit, .optional(.whole(1...1_000_000_000)),
      "Requests that write, in a minute, of one key, or of one address without a key; a sixtieth of"
        + " it on `/api/v1`", isLive: true),
    Setting(
      "TRUSTED_PROXIES", \.trustedProxies, .list(of: .network),
      "Proxies, by address or network, whose X-Forwarded-For says who asks", isLive: true),
    Setting("MAX_CONNECTIONS", \.http.connections, .whole(1...1_000_000), "Connections at once"),
    Setting(
      "MAX_CONNECTIONS_PER_ADDRESS", \.http.connectionsPerAddress, .whole(1...1_000_000),
      "Connections at once of one address, loopback apart"),
    Setting(
      "BODIES_BYTES", \.http.collectedBytes, .bytes(0...1 << 40),
      "What calls that are on their way to the node may hold together, beside 16 KiB of each"),
  ]

  private static let work: [Setting] = [
    Setting("MAX_CONCURRENT", \.policy.slots, .whole(1...10_000), "Calls at once, of all tools"),
    Setting(
      "QUEUE_LENGTH", \.policy.queued, .whole(0...1_000_000), "Calls that may wait for a slot"),
    Setting(
      "QUEUE_LENGTH_PER_OWNER", \.policy.queuedPerOwner, .whole(0...1_000_000),
      "Calls of one owner that may wait"),
    Setting(
      "QUEUE_SECONDS", \.policy.queueDeadline, .seconds, "How long a call may wait for its slot"),
    Setting(
      "GRACE_SECONDS", \.policy.grace, .seconds,
      "How long a handler may go on after its deadline before its plugin counts as stuck"),
  ]

  private static let calls: [Setting] = [
    Setting(
      "WALL_SECONDS", \.policy.defaults.wallMilliseconds, .optional(.milliseconds),
      "How long a call may take whose tool does not say"),
    Setting(
      "MEMORY_BYTES", \.policy.defaults.memoryBytes, .optional(.bytes(1 << 20...1 << 50)),
      "The memory of a call whose tool does not say"),
    Setting(
      "OUTPUT_BYTES", \.policy.defaults.outputBytes, .optional(.bytes(0...1 << 40)),
      "What each stream of a call may hold whose tool does not say"),
    Setting(
      "PROCESSES", \.policy.defaults.processes, .optional(.whole(1...1_000_000)),
      "Processes and threads of a call whose tool does not say"),
    Setting(
      "MAX_WALL_SECONDS", \.policy.maxima.wallMilliseconds, .optional(.milliseconds),
      "The longest that any call may take"),
    Setting(
      "MAX_CPU_SECONDS", \.policy.maxima.cpuMilliseconds, .optional(.milliseconds),
      "The most processor time of any call"),
    Setting(
      "MAX_CPU_PERCENT", \.policy.maxima.cpuPercent, .optional(.whole(1...100_000)),
      "The most processor of any call at a time; 100 is one core"),
    Setting(
      "MAX_MEMORY_BYTES", \.policy.maxima.memoryBytes, .optional(.bytes(1 << 20...1 << 50)),
      "The most memory of any call"),
    Setting(
      "MAX_INPUT_BYTES", \.policy.maxima.inputBytes, .optional(.bytes(1...4 << 20)),
      "The largest arguments of any call"),
    Setting(
      "MAX_OUTPUT_BYTES", \.policy.maxima.outputBytes, .optional(.bytes(0...1 << 40)),
      "The most of each stream that is kept of any call"),
    Setting(
      "MAX_FILE_BYTES", \.policy.maxima.fileBytes, .optional(.bytes(0...1 << 50)),
      "The largest file that a call may write"),
    Setting(
      "MAX_IO_BYTES_PER_SECOND", \.policy.maxima.ioBytesPerSecond,
      .optional(.bytes(1 << 16...1 << 50)),
      "The most that a call may read from the workspaces' disk in a second, and as much to write"),
    Setting(
      "MAX_PROCESSES", \.policy.maxima.processes, .optional(.whole(1...1_000_000)),
      "The most processes and threads of any call"),
    Setting(
      "MAX_OPEN_FILES", \.policy.maxima.openFiles, .optional(.whole(16...1_000_000)),
      "The most open files of any process of a call"),
    Setting(
      "REQUIRE_LIMITS", \.policy.required, .list(of: .requiredLimit),
      "Limits that the kernel has to hold, not each process or the node by counting; where it does"
        + " not, tools that run programs are unavailable"),
    Setting(
      "SHARED", \.shared, .list(of: .share),
      "Folders of this machine that every script reads and none writes, at the same place or AT"),
    Setting(
      "JAIL_UIDS", \.firstUser, .users,
      "The users that scripts of a node of root's run as; auto takes those that no other node has"),
  ]

  private static let plugins: [Setting] = [
    Setting(
      "PLUGIN_KEYS", \.pluginKeys, .list(of: .pluginKey),
      "Public keys of minisign's, and sha256:DIGITS of single files: no plugin is loaded that is "
        + "neither signed by one of them nor listed"),
    Setting(
      "BACKENDS", \.backends, .backends,
      "The plugin that is a role's backend, by its id; needed where several can be"),
    Setting(
      "WORKER_MEMORY_BYTES", \.workers.memoryBytes, .bytes(64 << 20...1 << 50),
      "What a plugin's own process may write to in memory"),
    Setting(
      "WORKER_OPEN_FILES", \.workers.openFiles, .whole(32...1_000_000),
      "Open files of a plugin's own process"),
    Setting(
      "WORKER_IDLE_SECONDS", \.workers.idlePatience, .seconds,
      "After so long without a call a plugin's own process is ended"),
  ]

  private static let keeping: [Setting] = [
    Setting(
      "WORKSPACE_BYTES", \.workspaces.usage.bytes, .bytes(0...1 << 50), "What a workspace may hold"),
    Setting(
      "WORKSPACE_FILES", \.workspaces.usage.files, .whole(1...1_000_000_000),
      "Files and folders that a workspace may hold"),
    Setting(
      "WORKSPACE_QUOTA", \.workspaceQuota,
      .choice(["auto": .auto, "image": .image, "count": .count]),
      "What holds workspaces to that: a file system of its own each (image), or counting, which is"
        + " late (count); auto is image where the node is root and that works"),
    Setting(
      "WORKSPACES_BYTES", \.workspaces.totalBytes, .bytes(0...1 << 60),
      "What all workspaces may hold together"),
    Setting(
      "MAX_SESSIONS", \.workspaces.sessions, .whole(1...1_000_000),
      "Sessions at once, each with its workspace"),
    Setting(
      "UPLOAD_BYTES", \.workspaces.uploadBytes, .bytes(0...1 << 50),
      "The largest file that may be sent to a workspace"),
    Setting(
      "MAX_ARTIFACTS", \.workspaces.artifacts, .whole(0...100_000),
      "Files that a call's record names of those that it has left"),
    Setting(
      "ARTIFACT_BYTES", \.workspaces.artifactBytes, .bytes(0...1 << 50),
      "What those may have together, as they are read for their hashes"),
    Setting(
      "SESSION_TTL_SECONDS", \.workspaces.idle, .seconds,
      "After so long without use a session and its workspace are removed"),
    Setting(
      "RETAIN_DAYS", \.ledger.retainDays, .whole(1...36_500),
      "How long finished executions are kept, and their idempotency keys with them; in an hour, and"
        + " after a start, no more go than the oldest day of them"),
    Setting(
      "RETAIN_BYTES", \.ledger.retainBytes, .bytes(0...1 << 60),
      "How much output of finished executions is kept; the oldest goes first, its record stays"),
  ]

  /// Names of parts that are not built yet: they are no mistake, and have no effect.
  static func isLater(_ name: String) -> Bool {
    laterNames.contains(name) || laterPrefixes.contains { name.hasPrefix($0) }
  }

  private static let laterNames: Set<String> = [
    "COORDINATOR_URL", "GOLEM_DEPLOYMENTS_DIR", "PRICING_UPDATE_INTERVAL_GOLEM_BASE",
  ]
  private static let laterPrefixes = [Prefixed.prefix, "GOLEM_BASE_"]
}
