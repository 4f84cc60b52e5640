import OrienModel
import OrienSandbox

extension Tool {
  /// What the node holds itself, wherever a call runs; a handler in the node nobody holds to more.
  static let heldByNode: Set = ["concurrency", "wallMilliseconds", "outputBytes", "inputBytes"]
  static func means(ofNode limit: String) -> Enforcement {
    heldByNode.contains(limit) ? .node : .none
  }

  /// Each limit of a call that goes on in the jail, whose word on it is `capabilities`.
  func limits(
    _ granted: Limits, inJail capabilities: JailCapabilities?, _ workspace: WorkspaceLease
  ) -> GrantedLimits {
    let held = workspace.enforcement(of: granted.disk)
    return granted.told(wish: wish) { name in
      switch name {
      case "diskBytes": held.bytes
      case "diskFiles": held.files
      default: capabilities?.means(of: name) ?? Self.means(ofNode: name)
      }
    }
  }

  /// Each limit of a call that a daemon does for the plugin, which passes on what was granted: what
  /// holds it there is the daemon's to say.
  func limits(_ granted: Limits, byPlugin workspace: WorkspaceLease) -> GrantedLimits {
    let held = workspace.enforcement(of: granted.disk)
    return granted.told(wish: wish) { name in
      switch name {
      case "diskBytes": held.bytes
      case "diskFiles": held.files
      default: Self.heldByNode.contains(name) ? .node : .plugin
      }
    }
  }

  /// The first limit that the kernel has to hold the tool's programs to and does not; nil: it holds
  /// them all. `workspaces` is what holds these to their bytes and files.
  func shortfall(
    inJail capabilities: JailCapabilities?, workspaces: Enforcement
  ) -> Failure? {
    for required in requiredOfPrograms {
      guard let capabilities else {
        return Self.unheld(required, "the jail has not said yet what does")
      }
      guard isLimited(required) else {
        return Self.unheld(required, "there is none: set one in the manifest or the settings")
      }
      let isOfWorkspace = required.isOfWorkspace
      guard isOfWorkspace ? workspaces != .image : !capabilities.holds(required) else { continue }
      let means = isOfWorkspace ? workspaces : capabilities.means(of: required.limit)
      return Self.unheld(required, "\(Self.told(means)) does; \(required.remedy)")
    }
    return nil
  }

  /// The same of its handler, which is the node's own code: nobody holds it to anything.
  var shortfallInNode: Failure? {
    requiredByManifest.first.map {
      Self.unheld($0, "nothing does: the tool runs in the node, and no program")
    }
  }

  private func isLimited(_ required: RequiredLimit) -> Bool {
    Limits.named.contains { $0.name == required.limit && granted[keyPath: $0.path] != nil }
  }

  private static func unheld(_ required: RequiredLimit, _ why: String) -> Failure {
    Failure(
      .unavailable, "limit-not-held",
      "the kernel has to hold the limit of \(required.rawValue), and here \(why)")
  }

  private static func told(_ means: Enforcement) -> String {
    switch means {
    case .cgroup2, .cgroup1: means.rawValue
    case .rlimit: "rlimit, of each process by itself,"
    case .node, .count: "the node, by counting,"
    case .image: "the workspace's own file system"
    case .plugin: "its plugin, by what does the work for it,"
    case .none: "nothing"
    }
  }
}

extension Limits {
  /// What a call may have in its workspace.
  var disk: DiskUsage { DiskUsage(bytes: diskBytes ?? .max, files: diskFiles ?? .max) }

  /// Each of these that is set, beside what was wished for and what holds it.
  func told(
    wish: Limits, enforcedBy: (String) -> Enforcement
  ) -> GrantedLimits {
    GrantedLimits(
      Self.named.compactMap { name, path in
        guard let granted = self[keyPath: path] else { return nil }
        return GrantedLimit(
          name: name, requested: wish[keyPath: path], granted: granted,
          enforcedBy: enforcedBy(name))
      })
  }
}
