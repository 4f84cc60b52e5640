internal import OrienHTTPClient
internal import OrienKit
internal import Synchronization

/// What the plugin has open: the operator's choices, and which containers are still somebody's.
final class Sandbox: Sendable {
  let engine: Engine
  let images: AllowedImages
  /// Empty: the engine's own.
  let runtime: String
  /// Of the engine, for calls that want one; empty: none gets any.
  let network: String
  let tmpBytes: Int
  /// Paths on the engine's machine.
  let ioDevices: [String]
  let pool: WarmPool
  private let state = Mutex(State())

  private struct State {
    /// Executions whose handlers run here.
    var running: Set<String> = []
    /// Containers that could not be removed when their calls ended.
    var left: Set<String> = []
    var node: String?
  }

  init(
    engine: Engine, images: AllowedImages, runtime: String, network: String, tmpBytes: Int,
    ioDevices: [String], pool: WarmPool
  ) {
    self.engine = engine
    self.images = images
    self.runtime = runtime
    self.network = network
    self.tmpBytes = tmpBytes
    self.ioDevices = ioDevices
    self.pool = pool
  }

  func begin(_ execution: String) { state.withLock { _ = $0.running.insert(execution) } }
  func end(_ execution: String) { state.withLock { _ = $0.running.remove(execution) } }
  func runs(_ execution: String) -> Bool { state.withLock { $0.running.contains(execution) } }

  func leave(_ container: String) { state.withLock { _ = $0.left.insert(container) } }

  /// Whether the engine can be asked now; and what earlier calls had to leave is taken away.
  func probe(_ call: borrowing Call) throws {
    let connection = try engine.connect(stop: nil)
    try connection.ping(within: 800)
    try takeAway(call, by: connection)
  }

  /// What an engine is slow to remove waits for the next look: it keeps no other call from running.
  private func takeAway(_ call: borrowing Call, by connection: EngineConnection) throws(Failure) {
    for container in state.withLock({ $0.left }).shuffled().prefix(4) {
      do throws(Failure) {
        try connection.remove(container, within: 800)
      } catch {
        guard error.reason == "engine-silent" || error.reason == "engine-failed" else {
          throw error
        }
        call.log(.warning, "container \(container) is still there: \(error.message)")
        return
      }
      state.withLock { _ = $0.left.remove(container) }
    }
  }

  /// The name of this node, by which its containers are known: made once, and kept.
  func node(_ host: Host) throws(Failure) -> String {
    if let known = state.withLock({ $0.node }) { return known }
    let node = try host.store.once("node") {
      String(UInt64.random(in: .min ... .max), radix: 16)
        + String(UInt64.random(in: .min ... .max), radix: 16)
    }
    state.withLock { $0.node = node }
    return node
  }
}

extension Store {
  /// The text under `key`, made where there is none. Of several that make one, one is kept.
  fileprivate func once(_ key: String, _ make: () -> String) throws(Failure) -> String {
    if let (bytes, _) = try value(key) { return String(decoding: bytes, as: UTF8.self) }
    let made = make()
    do throws(Failure) {
      try put(key, Array(made.utf8), over: .absent)
      return made
    } catch {
      guard error.status == .conflict, let (bytes, _) = try value(key) else { throw error }
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}
