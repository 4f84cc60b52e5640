import OrienModel
import OrienSystem

/// What somebody who rents machines has on their own machine of each: a folder by its id, with its
/// host's key and where its private key is.
struct MachineNotes {
  private let folder: Folder

  private static let knownHosts: FolderPath = "known_hosts"
  private static let keyPlace: FolderPath = "key-file"

  init(of id: String, _ environment: Environment) throws(Failure) {
    folder = try Folder(at: try Self.root(environment) + "/" + id, creating: true)
  }

  private static func root(_ environment: Environment) throws(Failure) -> String {
    try environment.renting("machines")
  }

  var knownHostsPath: String { "\(folder.path)/\(Self.knownHosts)" }

  /// Where its private key was written, if it is still there.
  func key() throws(Failure) -> String? {
    guard let bytes = try folder.contents(of: Self.keyPlace, atMost: 4096) else { return nil }
    let path = String(decoding: bytes, as: UTF8.self)
    return HostFile.kind(at: path) == .regular ? path : nil
  }

  func note(key path: String) throws(Failure) {
    try folder.replace(Self.keyPlace, with: Array(path.utf8))
  }

  /// The machine is gone, and no other will have its id.
  static func forget(_ id: String, _ environment: Environment) throws(Failure) {
    let path = try root(environment)
    guard HostFile.kind(at: "\(path)/\(id)") == .folder else { return }
    let (folder, name) = (try Folder(at: path), try FolderPath(id))
    while !(try folder.removeTree(name, entries: 100)) {}
  }
}

extension Environment {
  /// Where something is kept of machines that somebody rents.
  func renting(_ name: String) throws(Failure) -> String {
    if let data = self["XDG_DATA_HOME"], data.hasPrefix("/") { return "\(data)/orien/\(name)" }
    guard let home = self["HOME"], home.hasPrefix("/") else {
      throw Failure(
        .unavailable, "no-home", "HOME is not set: there is no place for what is kept of machines")
    }
    return "\(home)/.local/share/orien/\(name)"
  }
}

extension Invocation {
  /// Notes by which key a machine is logged in to. Without the note ssh has to be told: no reason to
  /// fail.
  func remember(key path: String, of machine: JSON) {
    guard let id = machine["id"]?.string, SSHLogin.isID(id) else { return }
    var path = environment.absolute(path)
    if path.hasSuffix(".pub") { path = String(path.dropLast(4)) }
    guard HostFile.kind(at: path) == .regular else { return }
    do throws(Failure) {
      try MachineNotes(of: id, environment).note(key: path)
    } catch {
      console.tell("where its key is was not noted: \(error.message)")
    }
  }

  /// What opens it is needed for as long as there is anything of it.
  func forget(_ machine: JSON, isGone: Bool) throws(Failure) {
    if isGone {
      for name in [machine["name"]?.string, machine["id"]?.string].compactMap({ $0 }) {
        forgetToken(of: name)
      }
    }
    guard let id = machine["id"]?.string, SSHLogin.isID(id) else { return }
    do throws(Failure) {
      try MachineNotes.forget(id, environment)
    } catch {
      console.tell("what was noted of it here stays: \(error.message)")
    }
  }
}
