import OrienModel
import OrienSystem

extension Command {
  private static let keyName: FolderPath = "operator.key"

  /// `orien init`: what a first start needs. Whatever is there stays.
  static func initialize(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let path = try invocation.settingFilePath()
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    let folder = try Folder(
      at: slash == path.startIndex ? "/" : String(path[..<slash]), creating: true)
    let name = try FolderPath(String(path[path.index(after: slash)...]))
    let text = try SettingSketch(invocation, keyPath: "\(folder.path)/\(keyName)").text
    var steps: [(what: String, path: String, isNew: Bool)] = []
    let secret = String(hex: Random.bytes(32)) + "\n"
    steps.append(
      ("key", "\(folder.path)/\(keyName)", try folder.make(keyName, secret)))
    steps.append(("settings", path, try folder.make(name, text)))
    let configuration = try Configuration.load(invocation)
    let state = configuration.stateFolder
    let wasThere = HostFile.kind(at: state) != nil
    _ = try Folder(at: state, creating: true)
    steps.append(("state", state, !wasThere))
    let json = JSON.object(
      steps.map { step in
        JSON.Member(
          step.what,
          .object([
            JSON.Member("path", .string(step.path)), JSON.Member("made", .bool(step.isNew)),
          ]))
      })
    if try invocation.answered(json) { return .success }
    for step in steps {
      try invocation.console.line(
        "\(step.path): \(step.isNew ? "made" : "was there, and is as it was")")
    }
    let present = MachineEngine.present(configuration)
    if MachineEngine.chosen(configuration) == nil, !present.isEmpty {
      let titles = present.map(\.title).joined(separator: " and ")
      let settings = present.map(\.setting).joined(separator: " or ")
      try invocation.console.line(
        "machines can be rented out by \(titles) once you write \(settings) into \(path)")
    }
    try invocation.console.line("next: orien doctor, and then orien start --daemon")
    return .success
  }
}

extension Folder {
  /// False where there is something of that name, which stays.
  fileprivate func make(_ name: FolderPath, _ text: String) throws(Failure) -> Bool {
    guard try !has(name) else { return false }
    let file = try file(name, for: .create)
    do throws(SystemError) {
      try file.writeAll(Array(text.utf8))
      try file.sync()
    } catch {
      throw error.failure("writing \(path)/\(name)")
    }
    return true
  }
}

/// An `orien.conf` for somebody who has none: what most operators change sooner or later, as comments
/// that have the defaults.
struct SettingSketch {
  let text: String

  private static let common = [
    "HOST", "PORT", "PROVIDER_NAME", "PROVIDER_ID", "MAX_CONCURRENT", "MAX_MEMORY_BYTES",
    "WORKSPACES_BYTES", "RETAIN_DAYS", "BACKENDS", "MAX_VMS", "DEFAULT_VM_IMAGE",
    "PORT_RANGE_START", "PORT_RANGE_END", "PUBLIC_IP", "STOP_VMS_ON_EXIT", "PROVIDER_COUNTRY",
    "PRICE_USD_PER_CORE_MONTH", "PRICE_USD_PER_GB_RAM_MONTH", "PRICE_USD_PER_GB_STORAGE_MONTH",
  ]

  init(_ invocation: Invocation, keyPath: String) throws(Failure) {
    var own = ["PROVIDER_API_KEY_FILE": keyPath]
    own["PROVIDER_NAME"] = invocation.value(.name)
    own["COORDINATOR_URL"] = invocation.value(.coordinator)
    if let port = invocation.value(.port) {
      guard UInt16(port) != nil else {
        throw .usage("--port \(port): expected 0 to 65535", invocation.command)
      }
      own["PORT"] = port
    }
    for value in own.values where value.contains(where: { $0.isNewline }) {
      throw .usage("\(value.printable): expected one line", invocation.command)
    }
    let defaults = Configuration()
    var text = "# Settings of this node. `orien config show` lists all, with what they are for.\n\n"
    for name in ["PROVIDER_API_KEY_FILE", "COORDINATOR_URL"] {
      if let value = own[name] { text += "\(name)=\(value)\n" }
    }
    for name in Self.common {
      guard let setting = Setting.named(name) else { continue }
      let value = setting.show(defaults)
      let lines = name == "BACKENDS" ? MachineEngine.all.map(\.setting) : ["\(name)=\(value)"]
      text += "\n# \(setting.doc)\n" + lines.map { "#\($0)\n" }.joined()
      if let value = own[name] { text += "\(name)=\(value)\n" }
    }
    self.text = text
  }
}
