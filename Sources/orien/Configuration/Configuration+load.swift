import OrienModel
import OrienNode
import OrienSystem

extension Configuration {
  /// Settings that options have made, by their names.
  typealias Flags = [String: (flag: String, value: String)]

  /// Reads the configuration from all its sources: flags over the environment over `.env` in the
  /// working folder over `file` over defaults.
  ///
  /// `flags` are settings by name. `file` must be there where it is given; else `orien.conf` in
  /// `~/.config/orien` and in `/etc/orien` are looked for. Every fault of every source is named.
  ///
  /// A client is not always who runs the node: an `orien.conf` or a key named there that it may not
  /// read is the node's alone.
  static func load(
    flags: Flags = [:], environment: Environment,
    file: String? = nil, asClient: Bool = false
  ) throws(Failure) -> Configuration {
    var loading = Loading(environment: environment, isClient: asClient)
    if let file {
      try loading.take(file: environment.absolute(file)) { .file(path: $0, line: $1) }
    } else if let file = environment.configurationFile {
      try loading.unlessUnreadable { loading throws(Failure) in
        try loading.take(file: file) { .file(path: $0, line: $1) }
      }
    }
    let dotEnv = environment.absolute(".env")
    if HostFile.kind(at: dotEnv) != nil {
      try loading.take(file: dotEnv) { .workingFolder(path: $0, line: $1) }
    }
    for (name, value) in environment.variables.sorted(by: { $0.key < $1.key }) {
      if Setting.named(name) != nil || Setting.isLater(name) || Translated.names.contains(name) {
        loading.take(name, value, .environment)
      }
    }
    for (name, flag) in flags { loading.take(name, flag.value, .flag(flag.flag)) }
    return try loading.finished()
  }
}

/// A configuration that is being put together.
private struct Loading {
  let environment: Environment
  let isClient: Bool
  var configuration = Configuration()
  var faults: [String] = []
  /// Where settings were made by their prefixed names.
  private var prefixed: [String: Configuration.Origin] = [:]
  private var unmet: [String] = []
  /// Where settings were made in the other system's own words, over all of their names.
  private var translated: [String: Configuration.Origin] = [:]

  init(environment: Environment, isClient: Bool) {
    self.environment = environment
    self.isClient = isClient
    configuration.port = environment.dialect.port
    configuration.speaksGolem = environment.dialect == .golem
  }

  mutating func unlessUnreadable(
    _ body: (inout Self) throws(Failure) -> Void
  ) throws(Failure) {
    do throws(Failure) {
      try body(&self)
    } catch {
      guard isClient, error.reason == HostFile.isUnreadable else { throw error }
    }
  }

  mutating func take(
    file path: String, _ origin: (String, Int) -> Configuration.Origin
  ) throws(Failure) {
    let file = try HostFile(at: path)
    try file.checkOwner(environment.userID)
    var seen: [String: Int] = [:]
    for line in SettingLine.lines(of: try file.text(atMostBytes: 256 << 10)) {
      let place = "\(path):\(line.number)"
      guard let name = line.name else {
        faults.append("\(place): expected KEY=VALUE, a blank line or a # comment")
        continue
      }
      if let first = seen.updateValue(line.number, forKey: name) {
        faults.append("\(place): \(name) is set in line \(first) already")
      } else if Setting.named(name) == nil && !Setting.isLater(name)
        && !Translated.names.contains(name)
      {
        let hint = Nearest.hint(for: name, among: Setting.all.map(\.name))
        faults.append("\(place): no setting is named \(name)\(hint)")
      } else {
        take(name, line.value, origin(path, line.number))
      }
    }
  }

  /// Takes one setting; an empty one counts as not made.
  mutating func take(_ name: String, _ value: String, _ origin: Configuration.Origin) {
    guard !value.isEmpty else { return }
    if Translated.names.contains(name) {
      return takeTranslated(name, value, origin)
    }
    guard let setting = Setting.named(name) else {
      if Unmet.reason(of: name) != nil {
        if !unmet.contains(name) { unmet.append(name) }
        return
      }
      let warning = "\(name) (\(origin.description)) has no effect yet"
      configuration.warnings.append(warning)
      return
    }
    if let other = translated[setting.name], !(other < origin) { return }
    if setting.name == name {
      if let other = prefixed[name], !(other < origin) { return }
    } else {
      prefixed[setting.name] = origin
    }
    guard setting.apply(&configuration, value) else {
      let shown = setting.isSecret ? "..." : value
      faults.append("\(name)=\(shown) (\(origin.description)): expected \(setting.expected)")
      return
    }
    configuration.origin[setting.name] = origin
  }

  /// Over what the setting's own name says in the same place, as in that system.
  private mutating func takeTranslated(
    _ name: String, _ value: String, _ origin: Configuration.Origin
  ) {
    guard let (own, value) = Translated.setting(name, value), let setting = Setting.named(own)
    else { return }
    translated[own] = origin
    guard setting.apply(&configuration, value) else {
      faults.append("\(name)=\(value) (\(origin.description)): expected \(setting.expected)")
      return
    }
    configuration.origin[own] = origin
  }

  mutating func finished() throws(Failure) -> Configuration {
    guard faults.isEmpty else {
      throw Failure(.invalid, "configuration", faults.joined(separator: "\n"))
    }
    try takeKey()
    takePaths()
    configuration.takeMode()
    configuration.takeContainerEngine()
    try configuration.takePayments()
    configuration.takeAccount()
    if configuration.machines.adverts.kind != .server { unmet.append("ADVERTISER_TYPE") }
    configuration.warnings += Unmet.warnings(of: unmet)
    return configuration
  }

  /// Of the two settings that give the key, the one that was made more strongly counts.
  private mutating func takeKey() throws(Failure) {
    guard let path = configuration.apiKeyFile,
      let source = configuration.origin["PROVIDER_API_KEY_FILE"]
    else { return }
    if let other = configuration.origin["PROVIDER_API_KEY"] {
      if other > source { return }
      guard other < source || configuration.apiKey == nil else {
        throw Failure(
          .invalid, "configuration",
          "PROVIDER_API_KEY (\(other.description)) and PROVIDER_API_KEY_FILE "
            + "(\(source.description)): set one of them, not both")
      }
    }
    configuration.apiKey = nil
    configuration.origin["PROVIDER_API_KEY"] = source
    let read = { (loading: inout Self) throws(Failure) in
      loading.configuration.apiKey = try HostFile.key(at: loading.environment.absolute(path))
    }
    if case .file = source { try unlessUnreadable(read) } else { try read(&self) }
  }

  private mutating func takePaths() {
    let state =
      configuration.origin["STATE_DIR"] == nil
      ? environment.stateFolder : configuration.stateFolder
    configuration.stateFolder = environment.absolute(state)
    let workspaces =
      configuration.origin["WORKSPACE_ROOT"] == nil
      ? configuration.stateFolder + "/workspaces" : configuration.workspaceFolder
    configuration.workspaceFolder = environment.absolute(workspaces)
    let tools =
      configuration.origin["TOOLS_DIR"] == nil
      ? environment.toolsFolder : configuration.toolsFolder
    configuration.toolsFolder = environment.absolute(tools)
    let roles =
      configuration.origin["ROLES_DIR"] == nil
      ? environment.rolesFolder : configuration.rolesFolder
    configuration.rolesFolder = environment.absolute(roles)
    configuration.chain.takePaths(environment)
  }
}

extension HostFile {
  /// The first line of a file that holds a key. One that other users may read is refused.
  static func key(at path: String) throws(Failure) -> String {
    let file = try HostFile(at: path)
    guard file.status.mode & 0o004 == 0 else {
      throw Failure(
        .denied, "open-key", "\(path): other users may read this key; chmod o-r \(path)")
    }
    let text = try file.text(atMostBytes: 64 << 10)
    let key = String(text.lines[0])
    guard !key.isEmpty else {
      throw Failure(.invalid, "no-key", "\(path): expected a key in the first line")
    }
    return key
  }

  /// What another user may write decides which code the node loads.
  fileprivate func checkOwner(_ userID: UInt32) throws(Failure) {
    guard status.owner == 0 || status.owner == userID, status.mode & 0o002 == 0 else {
      throw Failure(
        .denied, "untrusted-path",
        "\(path): expected a file of root or user \(userID) that others may not write to")
    }
  }
}
