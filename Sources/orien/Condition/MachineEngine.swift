import OrienModel
import OrienSystem

/// What a backend of vm/1 makes machines by, as it is found on this machine without a node.
struct MachineEngine: Sendable, Equatable {
  let title: String
  /// The backend that uses it, and its library's name without the ending.
  let plugin: String
  let library: String
  /// Where its program may be.
  let places: [String]
  /// What the manifest that grants it calls it; nil where that may have several names.
  let program: String?
  /// How it says which it is.
  let question: [String]
  /// How one comes to have it.
  let remedy: String

  static let role = "vm/1"
  private static let qemu =
    "qemu-system-\(LinuxKernel.platform == "arm64" ? "aarch64" : "x86_64")"
  private static let patience = Duration.seconds(8)

  static let all = [
    MachineEngine(
      title: "Multipass", plugin: "orien.multipass-vm", library: "multipass-vm",
      places: ["/snap/bin/multipass", "/usr/local/bin/multipass", "/usr/bin/multipass"],
      program: nil, question: ["version", "--format", "json"], remedy: "sudo snap install multipass"
    ),
    MachineEngine(
      title: "QEMU", plugin: "orien.qemu-vm", library: "qemu-vm",
      places: ["/usr/bin/\(qemu)"], program: qemu, question: ["--version"],
      remedy: "sudo apt-get install qemu-system-x86 qemu-utils"),
  ]

  /// Where it is; what the backend's manifest names counts before the usual places.
  func place(_ configuration: Configuration) -> String? {
    let own = binary(configuration)
    return (own.map { [$0] } ?? places).first { HostFile.kind(at: $0) == .regular }
  }

  private func binary(_ configuration: Configuration) -> String? {
    if library == "multipass-vm", let path = configuration.multipassPath { return path }
    let path = "\(configuration.toolsFolder)/\(library).json"
    // A manifest that is no manifest is told by whoever loads it.
    guard let text = try? HostFile(at: path).text(atMostBytes: 1 << 20),
      let manifest = try? JSON(parsing: Array(text.utf8))
    else { return nil }
    let granted = manifest["grants"]?["programs"]?.array?.first {
      program != nil && $0["program"]?.string == program
    }
    let named = manifest["config"]?["binary"]?.string ?? granted?["path"]?.string
    return named?.hasPrefix("/") == true ? named : nil
  }

  /// Those whose backend lies in the plugins' folder.
  static func installed(_ configuration: Configuration) -> [MachineEngine] {
    all.filter { engine in
      HostFile.kind(at: "\(configuration.toolsFolder)/\(engine.library).so") == .regular
    }
  }

  /// The one by which machines are rented out here; nil where none are. A backend whose program is not
  /// here is one only where the operator has named it, or runs the node as a provider of machines; and
  /// where the programs of several are here none is, as long as nobody has chosen.
  static func chosen(_ configuration: Configuration) -> MachineEngine? {
    if let wanted = configuration.backends[role] {
      return all.first { $0.plugin == wanted }
        ?? MachineEngine(
          title: wanted, plugin: wanted, library: wanted, places: [], program: nil, question: [],
          remedy: "orien plugins")
    }
    let present = present(configuration)
    if present.count == 1 { return present[0] }
    return configuration.speaksGolem && present.isEmpty ? all[0] : nil
  }

  /// Those that could be it: their backend is installed, and their program is here.
  static func present(_ configuration: Configuration) -> [MachineEngine] {
    installed(configuration).filter { $0.place(configuration) != nil }
  }

  /// Nobody has named it, and there are others that would be it if their programs were here.
  static func isSole(_ configuration: Configuration) -> Bool {
    configuration.backends[role] == nil && installed(configuration).count > 1
      && present(configuration).count == 1
  }

  /// The line of the settings that names it.
  var setting: String { "BACKENDS=\(Self.role):\(plugin)" }

  /// Asks its program which it is.
  func look(_ configuration: Configuration, _ environment: Environment) -> Condition.Engine {
    var found = Condition.Engine(title: title, path: place(configuration))
    found.isSole = Self.isSole(configuration)
    guard let path = found.path else {
      found.error = "there is none in \(places.joined(separator: ", ")): \(remedy)"
      return found
    }
    do throws(Failure) {
      found.version = try version(path, environment)
    } catch {
      found.error = error.message
    }
    return found
  }

  private func version(_ path: String, _ environment: Environment) throws(Failure) -> String {
    let output: String
    do throws(SystemError) {
      output = try ProgramOutput.text(
        of: path, question, environment, within: Self.patience)
    } catch {
      throw error.failure(path)
    }
    // Of multipass' two halves only the one that answers for the other is of use.
    if let versions = try? JSON(parsing: Array(output.utf8)), versions.members != nil {
      guard let version = versions["multipassd"]?.string else {
        throw Failure(
          .unavailable, "daemon-away", "the daemon of \(path) does not answer: is it at work?")
      }
      return version
    }
    let word = output.split { $0 == " " || $0 == "\n" }.first { $0.first?.isNumber == true }
    guard let word else {
      throw Failure(.unavailable, "no-version", "\(path) does not say which it is: is it at work?")
    }
    return String(word)
  }
}
