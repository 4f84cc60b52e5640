import COrienABI
package import OrienModel
import OrienSystem
import Synchronization

/// A loaded and opened plugin: what it declares, how it is, and the way to call its handlers.
///
/// It may be used from any thread. Its library stays in the process for good.
package final class Plugin: Sendable {
  /// The library's file name without `.so`.
  package let name: String
  package let declaration: PluginDeclaration
  package let manifest: Manifest
  /// SHA-256 of the library, in hexadecimal digits.
  package let hash: String
  /// Counts the loads of a plugin in this process, from 1.
  package let generation: UInt64

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
  }

  init(
    name: String, manifest: Manifest, hash: String, generation: UInt64, table: PluginTable,
    context: PluginContext, opened: OpenedPlugin
  ) {
    self.name = name
    self.declaration = table.declaration
    self.manifest = manifest
    self.hash = hash
    self.generation = generation
    self.table = table
    self.context = context
    self.opened = opened
    threads = PluginThreads(name: name, most: Self.slots(of: table.declaration))
    probeThread = PluginThreads(name: name, most: 1)
  }

  /// A plugin that says "any number" still gets a bounded one.
  private static func slots(of declaration: PluginDeclaration) -> Int {
    Int(min(declaration.concurrency ?? 64, 1024))
  }

  package var id: String { declaration.id }
  package var version: String { declaration.version }

  package enum State: Sendable, Equatable {
    case ready
    /// Its probe says that calls would fail now, and why.
    case unavailable(Failure)
    /// So many of its threads have not returned from a call that was given up.
    case stuck(threads: Int)
    case closed
  }

  package var state: State {
    condition.withLock { condition in
      if condition.isClosed { return .closed }
      let lost = condition.lostThreads.values.reduce(0, +)
      if lost > 0 { return .stuck(threads: lost) }
      return condition.unavailable.map { .unavailable($0) } ?? .ready
    }
  }

  /// Handlers that can run at once: its concurrency less the threads that are lost.
  package var capacity: Int {
    condition.withLock { max(0, threads.most - $0.lostThreads.values.reduce(0, +)) }
  }

  /// Handlers that can run at once while no thread is lost.
  package var concurrency: Int { threads.most }

  /// Calls of a handler that were given up and have not returned.
  package func stuckCalls(of handler: Int) -> Int {
    condition.withLock { $0.lostThreads[handler] ?? 0 }
  }

  func noteLostThread(_ change: Int, of handler: Int) {
    condition.withLock { $0.lostThreads[handler, default: 0] += change }
  }

  func noteProbe(_ answer: Failure?) {
    condition.withLock { condition in
      condition.isProbing = false
      condition.unavailable = answer
    }
  }

  /// The probe has not answered in time. What it says later still counts, and what it said just now.
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
