import OrienModel
import Synchronization

/// A plugin in this process, loaded and opened. Its library stays in the process for good.
final class Residence: LocalHome {
  /// The library's file name without `.so`.
  let name: String
  let table: PluginTable
  let context: PluginContext
  let opened: OpenedPlugin
  let threads: PluginThreads
  /// For probe(), which waits for no handler's slot.
  let probeThread: PluginThreads
  private let condition = Mutex(Condition())

  private struct Condition {
    /// Threads that have not returned from a call that was given up, by its handler.
    var lostThreads: [Int: Int] = [:]
    var unavailable: Failure?
    var isProbing = false
    var isClosed = false

    var lost: Int { lostThreads.values.reduce(0, +) }
  }

  init(name: String, table: PluginTable, context: PluginContext, opened: OpenedPlugin) {
    self.name = name
    self.table = table
    self.context = context
    self.opened = opened
    threads = PluginThreads(name: name, most: table.declaration.slots)
    probeThread = PluginThreads(name: name, most: 1)
  }

  var state: Plugin.State {
    condition.withLock { condition in
      if condition.isClosed { return .closed }
      if condition.lost > 0 { return .stuck(threads: condition.lost) }
      return condition.unavailable.map { .unavailable($0) } ?? .ready
    }
  }

  var residentBytes: UInt64? { nil }

  var capacity: Int { condition.withLock { max(0, threads.most - $0.lost) } }

  func stuckCalls(of handler: Int) -> Int { condition.withLock { $0.lostThreads[handler] ?? 0 } }

  func noteLostThread(_ change: Int, of handler: Int) {
    condition.withLock { $0.lostThreads[handler, default: 0] += change }
  }

  func noteProbe(_ answer: Failure?) {
    condition.withLock { condition in
      condition.isProbing = false
      condition.unavailable = answer
    }
  }

  /// What it says later still counts, and what it said just now.
  func noteSilentProbe(_ failure: Failure) {
    condition.withLock { if $0.isProbing { $0.unavailable = failure } }
  }

  /// False where one is under way still, or the plugin closed.
  func beginProbe() -> Bool {
    condition.withLock { condition in
      guard !condition.isProbing, !condition.isClosed else { return false }
      condition.isProbing = true
      return true
    }
  }

  /// False where it is closed already.
  func beginClose() -> Bool {
    condition.withLock { condition in
      guard !condition.isClosed else { return false }
      condition.isClosed = true
      return true
    }
  }
}
