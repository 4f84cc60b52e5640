import OrienModel
import OrienSystem

/// What the kernel and the system's folders say of a machine: read once, and a value from there on.
struct Machine: Sendable {
  var kernel = ""
  var landlockABI = 0
  /// As whom the node would act.
  var userID: UInt32 = 0
  /// Settings of the kernel that keep people from making namespaces, by name; those that it has not
  /// got are missing.
  var switches: [String: String] = [:]
  var groups = Groups.none
  var hasSwap = false
  /// Swap beside a control group's memory can be bounded.
  var boundsSwap = false
  /// What images as workspaces need is there, beside root.
  var canMakeImages = false
  /// Of `python3` and `node`, those where scripts find them.
  var interpreters: Set<String> = []
  /// Of these, those that can wait for scripts.
  var warm: Set<String> = []

  /// How control groups are mounted.
  enum Groups: Sendable { case none, version1, both, version2 }

  /// What scripts are run by, with the package that has it and what waits with it.
  static let scripted = [
    (name: "python3", package: "python3", host: "orien-warm-python"),
    (name: "node", package: "nodejs", host: "orien-warm-node"),
  ]
  private static let switchNames = [
    "kernel.unprivileged_userns_clone", "kernel.apparmor_restrict_unprivileged_userns",
    "user.max_user_namespaces",
  ]

  /// This one, with what waits with interpreters in the folder `hosts`.
  static func current(_ environment: Environment, hosts folder: String?) -> Machine {
    var machine = Machine()
    machine.kernel = LinuxKernel.release
    machine.landlockABI = LinuxKernel.landlockABI
    machine.userID = environment.userID
    for name in switchNames {
      let path = "/proc/sys/" + String(name.map { $0 == "." ? "/" : $0 })
      machine.switches[name] = firstLine(of: path)
    }
    machine.findGroups()
    let makers = ["/sbin/mkfs.ext4", "/usr/sbin/mkfs.ext4"]
    machine.canMakeImages =
      makers.contains { HostFile.kind(at: $0) != nil }
      && HostFile.kind(at: "/dev/loop-control") != nil
    machine.hasSwap = (text(of: "/proc/swaps")?.lines.count { !$0.isEmpty } ?? 0) > 1
    for (name, _, host) in scripted where isFile("/usr/bin/" + name) {
      machine.interpreters.insert(name)
      if let folder, isFile("\(folder)/\(host)") { machine.warm.insert(name) }
    }
    return machine
  }

  private mutating func findGroups() {
    let mounts = Self.text(of: "/proc/self/mounts")?.lines ?? []
    let kinds = mounts.map { $0.split(separator: " ") }.filter { $0.count > 2 }
    let has = { (kind: String) in kinds.contains { $0[2] == kind } }
    groups =
      switch (has("cgroup"), has("cgroup2")) {
      case (false, false): .none
      case (true, false): .version1
      case (true, true): .both
      case (false, true): .version2
      }
    // Which files a group has that somebody makes, the one that we are in shows.
    let memory = kinds.first {
      $0[2] == "cgroup" && $0.count > 3 && $0[3].split(separator: ",").contains("memory")
    }.map { String($0[1]) }
    let own = Self.text(of: "/proc/self/cgroup")?.lines.first { $0.hasPrefix("0::") }?.dropFirst(3)
    boundsSwap =
      memory.map { Self.isFile($0 + "/memory.memsw.limit_in_bytes") }
      ?? (own == "/" || Self.isFile("/sys/fs/cgroup\(own ?? "")/memory.swap.max"))
  }

  private static func isFile(_ path: String) -> Bool { HostFile.kind(at: path) == .regular }

  /// Nil where it is not there, or not this user's to read.
  private static func text(of path: String) -> String? {
    try? HostFile(at: path).text(atMostBytes: 1 << 20)
  }

  private static func firstLine(of path: String) -> String? {
    text(of: path)?.lines.first.map(String.init)
  }
}
