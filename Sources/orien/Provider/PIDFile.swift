import OrienModel
import OrienSystem

/// Where scripts of golem-provider's look for the number of the node. It is written for them and never
/// believed: who ends a node asks its ledger's lock.
struct PIDFile {
  private static let name: FolderPath = "provider.pid"
  private let path: String

  /// Nil where there is no home that it could be in.
  init?(_ environment: Environment) {
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      path = state + "/golem-provider"
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      path = home + "/.local/state/golem-provider"
    } else {
      return nil
    }
  }

  func write(_ pid: Int32) throws(Failure) {
    try Folder(at: path, creating: true).replace(Self.name, with: Array("\(pid)\n".utf8))
  }

  /// Where it still names that process.
  func remove(of pid: Int32) throws(Failure) {
    guard HostFile.kind(at: path) == .folder else { return }
    let folder = try Folder(at: path)
    let bytes = try folder.contents(of: Self.name, atMost: 32) ?? []
    if String(decoding: bytes, as: UTF8.self) == "\(pid)\n" { try folder.discard(Self.name) }
  }
}
