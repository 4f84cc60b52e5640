import OrienFFI
import OrienModel
import OrienSystem
import Synchronization

/// The plugin of this process, as the node asks of it.
///
/// One thread at a time listens to the node, and runs the handler of a call that it hears of itself:
/// no call waits for a thread to wake, which takes longer than most handlers do. Where the last ones
/// took long, another thread listens meanwhile; else it does so when this one is late, and what the
/// handler emits until then goes in one piece with its return.
final class Worker: Sendable {
  private let node: FarNode
  /// As many as the plugin has slots, and one that listens while all of these are taken.
  private let threads: PluginThreads
  private let slots: Int
  private let home = Mutex<(any LocalHome)?>(nil)
  private let calls = Mutex(Calls())
  /// Closed when the last call has returned after `close`.
  private let rested = Channel<Never>()
  private let alarm: Alarm

  /// What a handler may take before another thread listens in place of its own; twice that at most.
  private static let patience = Duration.milliseconds(1)
  /// What one of the last two has to have taken less than: somebody else may have had the processor
  /// meanwhile, and where that is so nothing is gained by one more thread that wants it.
  private static let quickness = Duration.microseconds(200)
  private static let slowAtMost = 1

  /// After so many, and whenever it is asked, it says what it holds.
  private static let callsToReport: UInt64 = 32

  private struct Arrival: Sendable {
    let id: UInt64
    let call: PluginCall
    let host: FarCall
  }

  private struct Calls {
    var carried: [UInt64: FarCall] = [:]
    var running = 0
    var returned: UInt64 = 0
    /// Somebody listens, or will in a moment.
    var isHeard = true
    /// It will be looked whether somebody does: setting a clock costs more than a quick handler.
    var isWatched = false
    /// How many have begun, and had when that was looked at last.
    var begun: UInt64 = 0
    var begunBefore: UInt64 = 0
    /// Handlers in a row that were not quick; none is thought to be before one has been.
    var slow = Worker.slowAtMost + 1
    /// Those that came while all slots were taken: a node sends none such but by mistake.
    var waiting: [Arrival] = []
    var isClosing = false

    var isRested: Bool { isClosing && carried.isEmpty }
  }

  init(_ node: FarNode, _ order: WorkerOrder) throws(SystemError) {
    self.node = node
    alarm = try Alarm()
    slots = Int(clamping: order.slots)
    threads = PluginThreads(name: order.name, most: slots + 1)
  }

  /// Has a thread listen.
  func listen() throws(Failure) {
    try threads.run { [self] arena in hear(&arena) }
  }

  /// Calls come once the node knows that there is a plugin.
  func begin(with plugin: any LocalHome) {
    home.withLock { $0 = plugin }
    node.say(.loaded(nil))
    sayHoldings()
  }

  /// Sees to it that the node is heard, for as long as the process lives.
  func watch() -> Never {
    while true {
      do {
        try alarm.wait()
        switch look() {
        case .heard: break
        case .unheard: alarm.set(after: Self.patience)
        case .late:
          node.stopGathering()
          try listen()
        }
      } catch {
        // A process that can start no thread cannot go on: the node starts it anew.
        Confinement.exit(71)
      }
    }
  }

  private enum Sight { case heard, unheard, late }

  /// Whether a handler runs on the thread that is to listen, and is the one that did when this was
  /// last asked: then the caller is to have another listen.
  private func look() -> Sight {
    calls.withLock { calls in
      if calls.isHeard {
        calls.isWatched = false
        return .heard
      }
      let isSame = calls.begun == calls.begunBefore
      calls.begunBefore = calls.begun
      guard isSame else { return .unheard }
      calls.isHeard = true
      calls.isWatched = false
      // Those that come next do not wait so long to be heard of.
      calls.slow = Self.slowAtMost + 1
      return .late
    }
  }

  /// True where nobody listens, and the caller is to.
  private func takeEar() -> Bool {
    calls.withLock { calls in
      defer { calls.isHeard = true }
      return !calls.isHeard
    }
  }

  private func hear(_ arena: inout Arena) {
    while true {
      let (message, descriptor) = node.next()
      switch message {
      case .call(let id, let call):
        guard let (arrival, ear) = admit(call, as: id) else { continue }
        switch ear {
        case .watched: break
        case .unwatched: alarm.set(after: Self.patience)
        case .passedOn:
          do throws(Failure) { try listen() } catch { Confinement.exit(71) }
        }
        run(arrival, &arena)
        guard takeEar() else { return }
      case .cancel(let id): calls.withLock { $0.carried[id] }?.cancel()
      case .answer(let number, let answer):
        node.hear(FarNode.Answer(answer: answer, descriptor: descriptor), to: number)
      case .probe: probe()
      case .close: close()
      case .load: Confinement.exit(70)
      }
    }
  }

  /// Who listens while a handler runs.
  private enum Ear {
    /// Nobody: it is expected to be quick.
    case watched, unwatched
    case passedOn
  }

  /// Nil where it has to wait for a slot.
  private func admit(_ call: PluginCall, as id: UInt64) -> (arrival: Arrival, ear: Ear)? {
    let arrival = Arrival(id: id, call: call, host: FarCall(id, limits: call.limits, node: node))
    return calls.withLock { calls in
      calls.carried[id] = arrival.host
      guard calls.running < slots else {
        calls.waiting.append(arrival)
        return nil
      }
      calls.running += 1
      guard calls.slow <= Self.slowAtMost else { return (arrival, .passedOn) }
      calls.isHeard = false
      calls.begun += 1
      // Here: whoever finds this late from now on also ends it.
      node.gather()
      defer { calls.isWatched = true }
      return (arrival, calls.isWatched ? .watched : .unwatched)
    }
  }

  /// Runs a call, and then those that have waited for its slot.
  private func run(_ first: Arrival, _ arena: inout Arena) {
    guard let home = home.withLock({ $0 }) else { Confinement.exit(70) }
    var next: Arrival? = first
    var isToReport = false
    while let arrival = next.take() {
      let invocation = Invocation(of: arrival.call.handler)
      let begin = Instant.now
      let result = home.perform(arrival.call, host: arrival.host, as: invocation, &arena)
      node.say(.returned(arrival.id, result))
      let isQuick = Instant.now.since(begin) < Self.quickness
      next = calls.withLock { calls in
        calls.slow = isQuick ? 0 : min(calls.slow + 1, Self.slowAtMost + 1)
        calls.carried[arrival.id] = nil
        calls.returned += 1
        isToReport = calls.returned % Self.callsToReport == 0
        if !calls.waiting.isEmpty { return calls.waiting.removeFirst() }
        calls.running -= 1
        if calls.isRested { rested.close() }
        return nil
      }
      if isToReport { sayHoldings() }
    }
  }

  private func sayHoldings() {
    guard let bytes = ProcessMemory.residentBytes else { return }
    node.say(.holds(WorkerHoldings(residentBytes: bytes, openFiles: UInt64(OpenFiles.count))))
  }

  private func probe() {
    sayHoldings()
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
