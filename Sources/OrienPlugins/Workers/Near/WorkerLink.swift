import OrienModel
import OrienSystem
import Synchronization

/// One process that holds a plugin, from its start to its end, and the thread that hears it. Calls
/// go to it from any thread, at once where the socket takes them.
final class WorkerLink: Sendable {
  /// Why it is no more.
  enum End: Sendable {
    /// It was not started, or says that the plugin does not open.
    case refused(Failure)
    /// It ended as it was told to.
    case closed
    /// It died, or was ended for what it did: what it carried has failed for this.
    case crashed(Failure)
  }

  let parts: WorkerParts
  let state = Mutex(State())
  private let mouth = Mutex(Mouth())
  /// The socket took not all of it.
  let hasRest = Atomic(false)
  let bell: Bell
  /// For what of the node's may block.
  let helpers: PluginThreads
  let onEnd: @Sendable (WorkerLink, End) -> Void
  let onProbe: @Sendable (WorkerLink, Failure?) -> Void
  /// Told why it is to be replaced before it can hold no more.
  let onGrowth: @Sendable (WorkerLink, String) -> Void
  /// Says once whether the plugin has opened, or why not.
  let opening = Channel<Failure?>()
  /// Closed when the process is gone.
  let ended = Channel<Never>()
  /// That of the process that has to be gone before this one begins.
  let predecessor: Channel<Never>?

  /// What is held while somebody sends, which takes longer than anything else here.
  private struct Mouth: ~Copyable {
    var socket: Descriptor?
    var outbox = Outbox()
  }

  struct State: ~Copyable {
    /// What is to go: whoever has added the first of it sends it.
    var outbox = Outbox()
    var calls = WorkerCalls()
    /// Its plugin is open; until then calls wait here.
    var isLoaded = false
    /// Since when it has carried nothing.
    var idleSince = Instant.now
    var isProbing = false
    /// It takes no more calls.
    var isClosing = false
    /// Since when.
    var closingSince = Instant.now
    /// And waits for no call that does not return.
    var isUrgent = false
    /// What it is to be ended for, now.
    var condemned: Failure?
    /// As the process said first, and last.
    var firstHoldings: WorkerHoldings?
    var holdings: WorkerHoldings?
  }

  init(
    _ parts: WorkerParts, after predecessor: Channel<Never>?,
    onProbe: @escaping @Sendable (WorkerLink, Failure?) -> Void,
    onGrowth: @escaping @Sendable (WorkerLink, String) -> Void,
    onEnd: @escaping @Sendable (WorkerLink, End) -> Void
  ) throws(Failure) {
    self.parts = parts
    self.predecessor = predecessor
    self.onProbe = onProbe
    self.onGrowth = onGrowth
    self.onEnd = onEnd
    helpers = PluginThreads(name: parts.order.name, most: parts.slots)
    do throws(SystemError) { bell = try Bell() } catch { throw error.failure("starting a worker") }
  }

  /// Starts the process, on a thread of its own.
  func start() throws(Failure) {
    do throws(SystemError) {
      try Thread(orFailing: parts.order.name, stackBytes: 512 << 10) { [self] in work() }.detach()
    } catch {
      throw error.failure("starting a thread of plugin \(parts.order.name)")
    }
  }

  /// False where it takes no more calls.
  func take(_ carried: WorkerCalls.Carried) -> Bool {
    change { state in
      guard !state.isClosing, state.condemned == nil else { return false }
      let id = state.calls.add(carried)
      if state.isLoaded { pass(id, &state) }
      return true
    }
  }

  /// Sends a call on its way, unless it was given up before that.
  func pass(_ id: UInt64, _ state: inout State) {
    guard let carried = state.calls.carried[id] else { return }
    if let refusal = carried.invocation.refusal(of: carried.host) {
      _ = state.calls.remove(id)
      return carried.done(refusal)
    }
    state.calls.noteSent(id)
    state.send(.call(id, carried.call))
  }

  func cancel(_ invocation: Invocation) {
    change { state in
      guard let id = state.calls.id(of: invocation) else { return }
      if state.calls.carried[id]?.wasSent == true {
        state.send(.cancel(id))
      } else {
        pass(id, &state)
      }
    }
  }

  /// The call was given to it, and has not come back.
  func carries(_ invocation: Invocation) -> Bool {
    state.withLock { $0.calls.id(of: invocation) != nil }
  }

  /// Ends the process for what it did, and with it all that it carries.
  func condemn(for failure: Failure) {
    state.withLock { if $0.condemned == nil { $0.condemned = failure } }
    bell.ring()
  }

  /// False where one is under way, or nobody is there to be asked.
  func probe() -> Bool {
    change { state in
      guard state.isLoaded, !state.isProbing, !state.isClosing else { return false }
      state.isProbing = true
      state.send(.probe)
      return true
    }
  }

  var residentBytes: UInt64? { state.withLock { $0.holdings?.residentBytes } }

  /// What it carries returns first, unless that is urgent.
  func close(urgently isUrgent: Bool = false) {
    change { state in
      if isUrgent { state.isUrgent = true }
      guard !state.isClosing else { return }
      state.isClosing = true
      state.closingSince = .now
      if state.isLoaded { state.send(.close) }
    }
    bell.ring()
  }

  /// The same where it has carried nothing for a while.
  func closeIfIdle() {
    let isIdle = state.withLock { state in
      state.calls.isEmpty && Instant.now.since(state.idleSince) >= parts.bounds.idlePatience
    }
    if isIdle { close() }
  }

  func answer(_ answer: WorkerAnswer, to number: UInt64, passing descriptor: Int32? = nil) {
    change { $0.send(.answer(number, answer), passing: descriptor) }
  }

  /// Changes the state, and sends what that has put into its outbox.
  func change<Result>(_ body: (inout State) -> Result) -> Result {
    var isFirst = false
    let result = state.withLock { state in
      let wasEmpty = state.outbox.isEmpty
      let result = body(&state)
      isFirst = wasEmpty && !state.outbox.isEmpty
      return result
    }
    if isFirst, !flush() { bell.ring() }
    return result
  }

  /// Sends what the socket takes; false where there is more. A broken socket shows when it is read.
  @discardableResult
  func flush() -> Bool {
    mouth.withLock { mouth in
      state.withLock { mouth.outbox.add(&$0.outbox) }
      guard let socket = mouth.socket.take() else {
        mouth.outbox = Outbox()
        return true
      }
      do throws(SystemError) { try mouth.outbox.flush(to: socket) } catch {
        mouth.outbox = Outbox()
      }
      mouth.socket = consume socket
      hasRest.store(!mouth.outbox.isEmpty, ordering: .relaxed)
      return mouth.outbox.isEmpty
    }
  }

  func open(_ raw: Int32) { mouth.withLock { $0.socket = Descriptor(owning: raw) } }

  func shut() {
    mouth.withLock { mouth in
      mouth.socket = nil
      mouth.outbox = Outbox()
    }
  }
}

extension WorkerLink.State {
  mutating func send(_ message: NodeMessage, passing descriptor: Int32? = nil) {
    let packed = message.packed
    outbox.add(
      Frames.bytes(kind: packed.kind.rawValue, id: packed.id, body: packed.body),
      passing: descriptor)
  }
}
