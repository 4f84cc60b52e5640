import OrienSystem

// Where a node keeps its things when nobody says.
extension Environment {
  /// `$XDG_STATE_HOME/orien`, `~/.local/state/orien`, or `/var/lib/orien` for root.
  var stateFolder: String {
    if let home = folder("XDG_STATE_HOME") { return home + "/orien" }
    if userID != 0, let home = folder("HOME") { return home + "/.local/state/orien" }
    return "/var/lib/orien"
  }

  /// The `orien.conf` that is there: the user's before the machine's.
  var configurationFile: String? {
    [ownConfigurationFile, "/etc/orien/orien.conf"].compactMap { $0 }
      .first { HostFile.kind(at: $0) != nil }
  }

  /// Where the user's would be; nil: nowhere.
  var ownConfigurationFile: String? {
    let own = folder("XDG_CONFIG_HOME") ?? folder("HOME").map { $0 + "/.config" }
    return own.map { $0 + "/orien/orien.conf" }
  }

  /// `tools.d` beside the program, in the package that it was built in, or where a system keeps
  /// the libraries of programs; else in the working folder.
  var toolsFolder: String {
    let program = executablePath.parent
    var folders = [program + "/tools.d", program.parent + "/lib/orien/tools.d"]
    let parts = executablePath.split(separator: "/", omittingEmptySubsequences: false)
    if let build = parts.firstIndex(of: ".build") {
      folders.insert(parts[..<build].joined(separator: "/") + "/tools.d", at: 0)
    }
    return folders.first { HostFile.kind(at: $0) == .folder } ?? absolute("tools.d")
  }

  /// `roles` beside the program, in the package that it was built in, or where a system keeps what
  /// belongs to programs.
  var rolesFolder: String {
    let program = executablePath.parent
    var folders = [program + "/roles", program.parent + "/lib/orien/roles"]
    let parts = executablePath.split(separator: "/", omittingEmptySubsequences: false)
    if let build = parts.firstIndex(of: ".build") {
      folders.insert(parts[..<build].joined(separator: "/") + "/Sources/COrienABI/Roles", at: 0)
    }
    return folders.first { HostFile.kind(at: $0) == .folder } ?? folders[folders.count - 1]
  }

  /// Where the hosts of interpreters that wait may be, best first.
  var warmFolders: [String] {
    let program = executablePath.parent
    return [program + "/warm", program.parent + "/lib/orien/warm"]
  }

  /// A variable that holds an absolute path; others are to be ignored, says XDG.
  private func folder(_ name: String) -> String? {
    self[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
  }
}

extension String {
  /// The path without its last component.
  fileprivate var parent: String {
    lastIndex(of: "/").map { String(self[..<$0]) } ?? ""
  }
}
