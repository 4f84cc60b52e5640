package import OrienModel
package import OrienSandbox

extension JailCapabilities {
  /// By what a limit of a call holds that goes on in the jail, by its name in `Limits.named`.
  package func means(of limit: String) -> Enforcement {
    enforcedBy[limit] ?? Tool.means(ofNode: limit)
  }

  /// The kernel holds a call to it as a whole: neither each of its processes by itself, nor as soon
  /// as somebody who counts finds more.
  package func holds(_ required: RequiredLimit) -> Bool {
    switch means(of: required.limit) {
    case .cgroup2, .cgroup1: true
    // Who has a user of his own has all of that user's processes.
    case .rlimit: required.isOfEachProcess || (required == .processes && walls == .root)
    case .node, .count, .image, .plugin, .none: false
    }
  }
}
