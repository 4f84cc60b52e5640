import OrienModel
import OrienPlugins
import OrienSystem

/// A command of a plugin's as it is run outside of the jail: one that its manifest grants, with an
/// environment that nobody but the operator adds to, in the plugin's own folder.
struct OutsideCommand {
  let command: Command
  let network: Grants.Program.Network
  let folder: String

  /// What a program finds that was started by a person who logged in anew and set nothing: files of
  /// settings in the plugin's folder are the plugin's, and not read for being in a home.
  private static let environment = [
    "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/nonexistent", "TMPDIR=/tmp",
  ]

  /// Failures: `denied` where the manifest does not grant it, or others could have changed what runs.
  init(_ command: Command, of plugin: PluginIdentity) throws(Failure) {
    let granted = try plugin.manifest.grants.command(command, of: plugin.name)
    var command = granted.command
    guard let folder = plugin.folder else {
      throw Failure(.denied, "not-granted", "a tool that is declared starts nothing by itself")
    }
    try Self.check(command.arguments[0], of: plugin.manifest.grants, in: folder)
    command.environment = Self.environment + command.environment
    self.command = command
    network = granted.network
    self.folder = folder
  }

  /// The folder, for the program to stand in.
  func home() throws(Failure) -> Descriptor {
    do { return try Folder(at: folder).descriptor() } catch let error as SystemError {
      throw error.failure(folder)
    } catch let error as Failure {
      throw error
    } catch {
      preconditionFailure("a folder fails as the system or its path does")
    }
  }

  /// Whoever could change the file, or what leads there, would choose what runs: nobody but root and
  /// this user may. What a plugin writes in its folder is this user's too, and is none.
  private static func check(
    _ path: String, of grants: Grants, in folder: String
  ) throws(Failure) {
    let own = folder.prefix(upTo: folder.lastIndex(of: "/") ?? folder.endIndex)
    let written = [String(own)] + grants.folders.filter(\.isWritable).map(\.path)
    for place in written where path.hasPrefix(place + "/") {
      throw Failure(
        .denied, "untrusted-program", "\(path) is in \(place), which plugins write to")
    }
    try HostProgram.check(path)
  }
}
