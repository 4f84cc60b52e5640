import OrienModel
import OrienSandbox

extension Tool {
  /// What the node holds itself, wherever a call runs; a handler in the node nobody holds to more.
  static let heldByNode: Set = ["concurrency", "wallMilliseconds", "outputBytes", "inputBytes"]
  /// What its calls may have in their workspace.
  var disk: DiskUsage {
    DiskUsage(bytes: granted.diskBytes ?? .max, files: granted.diskFiles ?? .max)
  }

  /// Each limit of a call that goes on in the jail, whose word on it is `capabilities`.
  func limits(inJail capabilities: JailCapabilities?, _ workspace: WorkspaceLease) -> GrantedLimits
  {
    let held = workspace.enforcement(of: disk)
    return granted.told(wish: wish) { name in
      switch name {
      case "diskBytes": held.bytes
      case "diskFiles": held.files
      default: capabilities?.enforcedBy[name] ?? (Self.heldByNode.contains(name) ? .node : .none)
      }
    }
  }
}

extension Limits {
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
