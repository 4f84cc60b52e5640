import OrienFFI
import OrienModel
import OrienSystem
import Synchronization

/// The plugin of this process, as the node asks of it.
///
/// One thread at a time listens to the node. The one that hears of a call lets another listen, and
/// runs the handler itself: no call waits for a thread to wake, and the node is always heard.
final class Worker: Sendable {
  private let node: FarNode
  /// As many as the plugin has slots, and one that listens while all of these are taken.
  private let threads: PluginThreads
  private let slots: Int
  private let home = Mutex<(any LocalHome)?>(nil)
  private let calls = Mutex(Calls())
  /// Closed when the last call has returned after `close`.
  private let rested = Channel<Never>()

  private struct Arrival: Sendable {
    let id: UInt64
    let call: PluginCall
    let host: FarCall
  }

  private struct Calls {
    var carried: [UInt64: FarCall] = [:]
    var running = 0
    /// Those that came while all slots were taken: a node sends none such but by mistake.
    var waiting: [Arrival] = []
    var isClosing = false

    var isRested: Bool { isClosing && carried.isEmpty }
  }

  init(_ node: FarNode, _ order: WorkerOrder) {
    self.node = node
    slots = Int(clamping: order.slots)
    threads = PluginThreads(name: order.name, most: slots + 1)
  }

  /// Has a thread listen from here on.
  func listen() throws(Failure) {
    try threads.run { [self] arena in hear(&arena) }
  }

  /// Calls come once the node knows that there is a plugin.
  func begin(with plugin: any LocalHome) {
    home.withLock { $0 = plugin }
    node.say(.loaded(nil))
    sayMemory()
  }

  /// For the thread that nobody has anything for: the process ends from another one.
  func wait() -> Never {
    _ = Channel<Never>().receive()
    Confinement.exit(70)
  }

  private func hear(_ arena: inout Arena) {
    while true {
      let (message, descriptor) = node.next()
      switch message {
      case .call(let id, let call):
        guard let arrival = admit(call, as: id) else { continue }
        // A process that cannot start another thread cannot go on: the node starts it anew.
        do throws(Failure) { try listen() } catch { Confinement.exit(71) }
        return run(arrival, &arena)
      case .cancel(let id): calls.withLock { $0.carried[id] }?.cancel()
      case .answer(let number, let answer):
        node.hear(FarNode.Answer(answer: answer, descriptor: descriptor), to: number)
      case .probe: probe()
      case .close: close()
      case .load: Confinement.exit(70)
      }
    }
  }

  /// Nil where it has to wait for a slot.
  private func admit(_ call: PluginCall, as id: UInt64) -> Arrival? {
    let arrival = Arrival(id: id, call: call, host: FarCall(id, limits: call.limits, node: node))
    return calls.withLock { calls in
      calls.carried[id] = arrival.host
      guard calls.running < slots else {
        calls.waiting.append(arrival)
        return nil
      }
      calls.running += 1
      return arrival
    }
  }

  /// Runs a call, and then those that have waited for its slot.
  private func run(_ first: Arrival, _ arena: inout Arena) {
    guard let home = home.withLock({ $0 }) else { Confinement.exit(70) }
    var next: Arrival? = first
    while let arrival = next.take() {
      let invocation = Invocation(of: arrival.call.handler)
      let result = home.perform(arrival.call, host: arrival.host, as: invocation, &arena)
      node.say(.returned(arrival.id, result))
      next = calls.withLock { calls in
        calls.carried[arrival.id] = nil
        if !calls.waiting.isEmpty { return calls.waiting.removeFirst() }
        calls.running -= 1
        if calls.isRested { rested.close() }
        return nil
      }
    }
  }

  private func sayMemory() {
    if let bytes = ProcessMemory.residentBytes { node.say(.resident(bytes)) }
  }

  private func probe() {
    sayMemory()
    guard let home = home.withLock({ $0 }) else { return }
    guard let answers = home.beginAsking() else { return node.say(.probed(nil)) }
    // Not this thread's time: a call that comes meanwhile waits for no probe.
    Thread("probe") { [node] in
      if let answer = answers.receive() { node.say(.probed(answer)) }
    }.detach()
  }

  /// On a thread of its own: what is asked of the node meanwhile is answered on this one. The node
  /// ends who takes too long for it.
  private func close() {
    let isRested = calls.withLock { calls in
      calls.isClosing = true
      return calls.isRested
    }
    if isRested { rested.close() }
    Thread("close") { [self] in
      _ = rested.receive()
      let isClosed = (try? home.withLock({ $0 })?.close(within: .seconds(60))) != nil
      Confinement.exit(isClosed ? 0 : 1)
    }.detach()
  }
}
