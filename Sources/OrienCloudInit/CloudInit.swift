/// What a machine is told at its first start, in the form of cloud-init: its name, whose keys open
/// it, and what is to be installed.
package struct CloudInit: Sendable {
  private let hostname: String
  private let keys: [AuthorizedKey]
  private let packages: [String]
  private let upgrades: Bool

  /// Throws where a value is none that a machine can be told: a key that is no public key, a host's
  /// name or a package's that is none.
  package init(
    hostname: String, keys: [String], packages: [String] = [], upgrades: Bool = false
  ) throws(CloudInitFault) {
    guard Self.isHostname(hostname) else {
      throw CloudInitFault(
        "'\(hostname)' is no host's name: 1 to 63 of a-z, 0-9 and -, none at an end")
    }
    guard !keys.isEmpty else { throw CloudInitFault("a machine without a key is nobody's") }
    for package in packages where !Self.isPackage(package) {
      throw CloudInitFault("'\(package)' is no package's name")
    }
    var read: [AuthorizedKey] = []
    for key in keys { read.append(try AuthorizedKey(key)) }
    self.hostname = hostname
    self.keys = read
    self.packages = packages
    self.upgrades = upgrades
  }

  /// The user data: `#cloud-config` and YAML.
  package var userData: String {
    let lines = YAML.list(keys.map { .text($0.line) })
    var members: [(name: String, value: YAML)] = [
      ("hostname", .text(hostname)),
      ("package_update", .bool(upgrades || !packages.isEmpty)),
      ("package_upgrade", .bool(upgrades)),
      ("preserve_hostname", .bool(false)),
      ("ssh_authorized_keys", lines),
      // Else cloud-init puts a command before each of root's keys that only says who else to be.
      ("disable_root", .bool(false)),
      ("ssh_pwauth", .bool(false)),
      ("users", .list([.map([("name", .text("root")), ("ssh_authorized_keys", lines)])])),
      ("write_files", .list([Self.rootsLogin])),
      ("runcmd", .list([.text(Self.restart)])),
    ]
    if !packages.isEmpty { members.append(("packages", .list(packages.map { .text($0) }))) }
    return "#cloud-config\n---\n" + YAML.map(members).document
  }

  /// What goes with it: `instance` is a name that no other machine ever had, for a machine does all
  /// this again when it sees a new one.
  package func metaData(instance: String) -> String {
    YAML.map([("instance-id", .text(instance)), ("local-hostname", .text(hostname))]).document
  }

  private static let rootsLogin = YAML.map([
    ("path", .text("/etc/ssh/sshd_config.d/allow_root.conf")),
    ("content", .text("PermitRootLogin prohibit-password\n")),
    ("owner", .text("root:root")),
    ("permissions", .text("0644")),
  ])

  /// Where the server came up before its settings were written; what it is called depends.
  private static let restart =
    "systemctl try-restart ssh.service || systemctl try-restart sshd.service"

  private static func isHostname(_ text: String) -> Bool {
    (1...63).contains(text.utf8.count) && text.utf8.first != 0x2D && text.utf8.last != 0x2D
      && text.utf8.allSatisfy { isLetter($0) || $0 == 0x2D }
  }

  private static func isPackage(_ text: String) -> Bool {
    guard let first = text.utf8.first, isLetter(first), text.utf8.count <= 64 else { return false }
    return text.utf8.allSatisfy { isLetter($0) || [0x2B, 0x2D, 0x2E].contains($0) }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
