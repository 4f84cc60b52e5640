import OrienModel
import OrienSandbox
import OrienSystem

extension Configuration {
  /// What the root of every jail has: nothing is put over it, nor into what is the system's.
  private static let taken = [
    "/usr", "/etc", "/proc", "/dev", "/tmp", "/workspace", "/bin", "/sbin", "/lib", "/lib32",
    "/lib64", "/libx32", "/run/warm", "/run/swift", "/var/tmp",
  ]
  /// Of the system's what every jail has empty: interpreters look there for what was added to them.
  private static let free = "/usr/local"
  /// The kernel's own folders show the whole machine.
  private static let kernels = ["/proc", "/sys", "/dev"]

  /// The folders that every program reads, links followed. A failure names the first that programs
  /// must not be shown, or cannot be shown there.
  func sharedFolders() throws(Failure) -> [JailGrants.Share] {
    guard shared.count <= JailGrants.sharedAtMost else {
      throw Self.refusal("expected at most \(JailGrants.sharedAtMost) folders")
    }
    var folders: [JailGrants.Share] = []
    for share in shared {
      let folder = JailGrants.Share(path: try real(share.path), place: share.place)
      try checkPlace(folder.place, beside: folders.map(\.place))
      folders.append(folder)
    }
    return folders
  }

  private func real(_ path: String) throws(Failure) -> String {
    guard HostFile.kind(at: path) == .folder, let real = HostFile.resolved(path) else {
      throw Self.refusal("\(path): expected a folder that is there")
    }
    let own = [stateFolder, workspaceFolder].map { HostFile.resolved($0) ?? $0 }
    if own.contains(where: { $0.lies(in: real) || real.lies(in: $0) }) {
      throw Self.refusal("\(path): it would show programs the node's own state")
    }
    if Self.kernels.contains(where: { real.lies(in: $0) }) {
      throw Self.refusal("\(path): it would show programs all of the machine")
    }
    return real
  }

  private func checkPlace(_ place: String, beside others: [String]) throws(Failure) {
    let isTaken = Self.taken.contains { place.lies(in: $0) } && !place.lies(in: Self.free)
    if ["/run", "/var"].contains(place) || isTaken {
      throw Self.refusal(
        "\(place): each jail has something of its own there; say where else, as PATH:/opt/NAME")
    }
    if let other = others.first(where: { place.lies(in: $0) || $0.lies(in: place) }) {
      throw Self.refusal("\(place) and \(other): one would hide the other")
    }
  }

  private static func refusal(_ what: String) -> Failure {
    Failure(.invalid, "configuration", "SHARED: \(what)")
  }
}

extension String {
  /// It is that folder, or within it.
  fileprivate func lies(in folder: String) -> Bool {
    self == folder || hasPrefix(folder == "/" ? folder : folder + "/")
  }
}
