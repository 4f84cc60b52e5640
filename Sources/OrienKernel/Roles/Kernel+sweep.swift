import OrienModel
import OrienPlugins
import OrienSystem

// What calls have left outside of the node, where no process of the jail's stands for it: containers
// of a node that died, of an engine that was away when their calls ended, or in which a call has ended
// that does not wait for their removal.

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

  /// A call of the plugin's is over: one that asked for it makes something ready for the next now.
  func sweepAfterCall(of plugin: Plugin) {
    guard !isDraining, sweeping.eager.contains(plugin.id),
      let backend = operations.table.backends(of: Self.sweepingRole)
        .first(where: { $0.plugin === plugin })
    else { return }
    guard sweeping.underWay.insert(plugin.id).inserted else {
      sweeping.wanted.insert(plugin.id)
      return
    }
    sweep(backend) { [self] in
      sweeping.underWay.remove(plugin.id)
      if sweeping.wanted.remove(plugin.id) != nil { sweepAfterCall(of: plugin) }
    }
  }

  private func sweep(_ backend: Backend, then: @escaping () -> Void = {}) {
    let running = executions.values.filter(\.isUnderWay).map { JSON.string($0.id.description) }
    let arguments = JSON.object([JSON.Member("running", .array(running))])
    operations.perform("sweep", by: backend, arguments) { [self, log = parts.log] result in
      defer { then() }
      switch result {
      case .success(let answer):
        let isEager = answer.members?.contains { $0.name == "eager" && $0.value == .bool(true) }
        if isEager == true {
          sweeping.eager.insert(backend.plugin.id)
        } else {
          sweeping.eager.remove(backend.plugin.id)
        }
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

/// The backends that are swept after each of their calls too, by their ids.
struct EagerSweeping {
  /// Those that have asked for it.
  var eager: Set<String> = []
  var underWay: Set<String> = []
  /// Another call was over meanwhile.
  var wanted: Set<String> = []
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
