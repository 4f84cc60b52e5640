import OrienModel
import OrienPlugins
import OrienSystem

// What calls have left outside of the node, where no process of the jail's stands for it: containers
// of a node that died, or of an engine that was away when their calls ended.

extension Kernel {
  private static let sweepingRole = "sandbox/1"
  private static let sweepInterval = Duration.seconds(30)

  /// Has each backend that runs code remove what is nobody's any more: at once, and now and then from
  /// here on, for one may be away now.
  package func beginSweeping() {
    guard !isDraining else { return }
    for backend in operations.table.backends(of: Self.sweepingRole)
    where backend.plugin.trouble == nil {
      sweep(backend)
    }
    _ = parts.loop.schedule(after: Self.sweepInterval) { [weak self] in self?.beginSweeping() }
  }

  private func sweep(_ backend: Backend) {
    let running = executions.values.filter(\.isUnderWay).map { JSON.string($0.id.description) }
    let arguments = JSON.object([JSON.Member("running", .array(running))])
    operations.perform("sweep", by: backend, arguments) { [log = parts.log] result in
      switch result {
      case .success(let answer):
        guard let removed = answer.members?.first(where: { $0.name == "removed" })?.value.uint64,
          removed > 0
        else { return }
        log.warning(
          "what calls had left that are over was removed",
          ["plugin": backend.plugin.id, "removed": "\(removed)"])
      case .failure(let failure):
        log.warning(
          "what calls have left is not looked for now",
          ["plugin": backend.plugin.id, "error": failure.description])
      }
    }
  }
}

extension Execution {
  /// Something outside of the node may be its own.
  fileprivate var isUnderWay: Bool {
    switch phase {
    case .starting, .running, .settling: true
    case .accepting, .queued, .final, .left: false
    }
  }
}
