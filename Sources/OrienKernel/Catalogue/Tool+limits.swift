import OrienModel
import OrienSandbox

extension Tool {
  /// What the node holds itself, wherever a call runs; a handler in the node nobody holds to more.
  static let heldByNode: Set = ["concurrency", "wallMilliseconds", "outputBytes", "inputBytes"]
  /// What it counts in the workspace while programs write to it.
  private static let counted: Set = ["diskBytes", "diskFiles"]

  /// Each limit of a call that goes on in the jail, whose word on it is `capabilities`.
  func limits(inJail capabilities: JailCapabilities?) -> GrantedLimits {
    granted.told(wish: wish) { name in
      if let enforcement = capabilities?.enforcedBy[name] { return enforcement }
      return Self.heldByNode.contains(name) || Self.counted.contains(name) ? .node : .none
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
