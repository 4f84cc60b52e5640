import OrienModel
import OrienSystem
import Synchronization

/// A plugin in a process of its own: started when it is first called, ended when it was idle for a
/// while, started again after a crash.
final class WorkerHome: PluginHome {
  private let parts: WorkerParts
  private let condition: Mutex<Condition>

  private struct Condition {
    var link: WorkerLink?
    /// Those that take no more calls, and have not returned all that they have.
    var leaving: [WorkerLink] = []
    var past: UInt64 = 0
    /// When the process that was started last is gone.
    var lastEnded: Channel<Never>?
    var health = WorkerHealth()
    /// What its probe says.
    var unavailable: Failure?
    /// What the manifest grants of sockets, and the process that is there now was shown.
    var shown: SocketsShown
    /// Why that could not be shown to another.
    var unshown: Failure?
    /// Where the answer of a probe under way goes, which only `link` gives.
    var asked: Channel<Failure?>?
    var isClosed = false
    /// When one was last ended for what it had come to hold.
    var recycledAt: Instant?

    /// The next call has another.
    mutating func dismiss(_ old: WorkerLink) {
      guard link === old else { return }
      link = nil
      past += 1
      leaving.append(old)
      unavailable = nil
      asked.take()?.close()
    }

    func link(of invocation: Invocation) -> WorkerLink? {
      ([link].compactMap { $0 } + leaving).first { $0.carries(invocation) }
    }
  }

  init(_ parts: WorkerParts) {
    self.parts = parts
    condition = Mutex(Condition(shown: SocketsShown(parts.manifest.grants)))
  }

  deinit { condition.withLock { $0.link }?.close(urgently: true) }

  var state: Plugin.State {
    condition.withLock { condition in
      if condition.isClosed { return .closed }
      if let quarantine = condition.health.quarantine { return .quarantined(quarantine) }
      let failure =
        condition.unshown ?? condition.health.obstacle(at: .now) ?? condition.unavailable
      return failure.map { .unavailable($0) } ?? .ready
    }
  }

  var pastProcesses: UInt64 { condition.withLock { $0.past } }

  var residentBytes: UInt64? { condition.withLock { $0.link }?.residentBytes }

  var capacity: Int { parts.slots }

  /// Whoever does not return ends with his process.
  func stuckCalls(of handler: Int) -> Int { 0 }

  func invoke(
    _ call: PluginCall, host: any CallHost, as invocation: Invocation,
    done: @escaping @Sendable (CallResult) -> Void
  ) {
    lookAtSockets()
    let carried = WorkerCalls.Carried(call: call, host: host, invocation: invocation, done: done)
    do throws(Failure) {
      // One that is about to end takes none, and makes room for another.
      while true {
        let link = try link()
        if link.take(carried) { break }
        condition.withLock { $0.dismiss(link) }
      }
    } catch {
      done(CallResult(.failed(error), wasCalled: false))
    }
  }

  private func link() throws(Failure) -> WorkerLink {
    try condition.withLock { condition throws(Failure) in
      if let link = condition.link { return link }
      if condition.isClosed {
        throw Failure(.unavailable, "plugin-closed", "plugin \(parts.order.name) is closed")
      }
      if let obstacle = condition.health.obstacle(at: .now) { throw obstacle }
      condition.shown = SocketsShown(parts.manifest.grants)
      let link = try WorkerLink(
        parts, after: parts.isAlone ? condition.lastEnded : nil,
        onProbe: { [weak self] in self?.noteProbe(of: $0, $1) },
        onGrowth: { [weak self] in self?.recycle($0, for: $1) },
        onEnd: { [weak self] in self?.noteEnd(of: $0, $1) })
      try link.start()
      condition.link = link
      condition.lastEnded = link.ended
      return link
    }
  }

  func cancel(_ invocation: Invocation) {
    condition.withLock { $0.link(of: invocation) }?.cancel(invocation)
  }

  func giveUp(_ invocation: Invocation) -> Bool {
    guard invocation.giveUp() else { return false }
    let failure = Failure(
      .internal, "plugin-crash",
      "the plugin's process was ended, for one of its calls did not return in time")
    condition.withLock { $0.link(of: invocation) }?.condemn(for: failure)
    return false
  }

  private func noteEnd(of link: WorkerLink, _ end: WorkerLink.End) {
    let (name, context) = (parts.order.name, parts.context)
    condition.withLock { condition in
      condition.dismiss(link)
      condition.leaving.removeAll { $0 === link }
      switch end {
      case .closed: break
      case .refused(let failure): condition.health.noteRefusal(failure, at: .now)
      case .crashed(let failure): condition.health.noteCrash(failure, of: name, at: .now)
      }
    }
    switch end {
    case .closed: break
    case .refused(let failure), .crashed(let failure):
      context.node.log(.error, failure.message, plugin: context.id, call: nil)
    }
  }

  // MARK: Probes

  /// Who does not run is not started to be asked.
  func beginAsking() -> Channel<Failure?>? {
    lookAtSockets()
    return condition.withLock { condition in
      guard condition.asked == nil, condition.link?.probe() == true else { return nil }
      condition.asked = Channel()
      return condition.asked
    }
  }

  /// One that was shown a socket which another has taken the place of reaches nobody by it any more:
  /// the next call starts one that does.
  private func lookAtSockets() {
    guard !parts.manifest.grants.sockets.isEmpty else { return }
    let now = SocketsShown(parts.manifest.grants)
    let stale = condition.withLock { condition in
      condition.unshown = now.trouble
      guard let link = condition.link, condition.shown != now, now.trouble == nil else {
        return nil as WorkerLink?
      }
      condition.dismiss(link)
      return link
    }
    stale?.close()
  }

  private func noteProbe(of link: WorkerLink, _ answer: Failure?) {
    condition.withLock { condition in
      guard condition.link === link else { return }
      condition.unavailable = answer
      condition.asked.take()?.send(answer)
    }
  }

  func noteSilentProbe(_ failure: Failure) {
    condition.withLock { if $0.asked != nil { $0.unavailable = failure } }
  }

  /// Has the next call start another before this one can hold no more; what it carries it returns. At
  /// most once in a while: who is there at once again stays, and fails at its bounds.
  private func recycle(_ link: WorkerLink, for growth: String) {
    let isWanted = condition.withLock { condition in
      if let last = condition.recycledAt, Instant.now.since(last) < Self.recyclingPause {
        return false
      }
      guard condition.link === link else { return false }
      condition.recycledAt = .now
      condition.dismiss(link)
      return true
    }
    guard isWanted else { return }
    parts.context.node.log(
      .warning, "the plugin's process is replaced: \(growth)", plugin: parts.context.id, call: nil)
    link.close()
  }

  private static let recyclingPause = Duration.seconds(30)

  // MARK: Beginning and end

  func open() throws(Failure) {
    let answer = try link().opening.receive()
    if case .some(.some(let failure)) = answer { throw failure }
  }

  func restart() {
    let link = condition.withLock { condition in
      condition.health.forgive()
      let link = condition.link
      if let link { condition.dismiss(link) }
      return link
    }
    link?.close()
  }

  func close(within patience: Duration) throws(Failure) {
    let (link, ended) = condition.withLock { condition in
      condition.isClosed = true
      for link in condition.leaving { link.close(urgently: true) }
      return (condition.link, condition.lastEnded)
    }
    link?.close(urgently: true)
    // One that was idle, or is started anew, may still be on its way out.
    guard let ended else { return }
    _ = ended.receive(within: patience)
    guard ended.isOver else {
      throw Failure(
        .unavailable, "plugin-stuck",
        "plugin \(parts.order.name) did not close within \(patience.milliseconds) ms")
    }
  }
}
