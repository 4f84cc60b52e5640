import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem
import Synchronization

/// One call inside the node, as its handler sees it: whatever the handler's threads say is bounded
/// here and handed on to the loop, where the execution lives.
final class Call: CallHost {
  /// What goes to the loop.
  enum News: Sendable {
    /// There is more of a stream, to be taken with `takeEmitted`.
    case output(OutputStream)
    /// One JSON object for who watches now.
    case event([UInt8])
    case run(Command, captureBytes: UInt64?, Answer)
  }

  typealias Answer = Channel<Result<RunResult, Failure>>

  /// What a handler leaves behind when it returns.
  struct Remains: Sendable {
    var units: [String: UInt64] = [:]
    var facts: [JSON.Member] = []
    var exit: ProcessExit?
    var usage: Usage?
  }

  private struct State: ~Copyable {
    var remains = Remains()
    var factBytes = 0
    var output = Emitted()
    var errors = Emitted()
    var onTheWayBytes = 0
    var waiting = 0
    /// Where those wait; most calls never make it.
    var relief: Channel<Void>?
    var cancelBell: Bell?
    /// Of programs that a thread of the handler's waits for.
    var answers: [ObjectIdentifier: Answer] = [:]
    var isOver = false

    /// Lets all go on that wait.
    mutating func relieve() {
      for _ in 0..<waiting { relief?.send(()) }
      waiting = 0
    }
  }

  /// Of one stream.
  private struct Emitted {
    var total: UInt64 = 0
    /// What the loop has not taken yet: small pieces that come faster than that go as one.
    var fresh: [UInt8] = []

    /// Takes no more of a chunk that passes the bound than tells the stream where it is cut; nil
    /// where it was passed before. `isFirst`: the loop has to hear of it.
    mutating func add(
      _ bytes: UnsafeRawBufferPointer, upTo limit: UInt64
    ) -> (count: Int, isFirst: Bool)? {
      guard total <= limit else { return nil }
      let taken = bytes.prefix(Int(clamping: (limit - total).saturatingAdd(4)))
      total = total.saturatingAdd(UInt64(bytes.count))
      defer { fresh.append(contentsOf: taken) }
      return (taken.count, fresh.isEmpty)
    }
  }

  /// What may be on its way to the loop before `emit` blocks.
  private static let onTheWayBound = 1 << 20
  /// What is copied under the lock at once, which the loop takes too.
  private static let pieceBytes = 64 << 10
  private static let objectBound = 64 << 10
  /// Members that all facts of a call have together: few enough to be looked through under a lock
  /// that the loop takes too.
  private static let factBound = 256

  private let state = Mutex(State())
  private let cancelled = Atomic(false)
  private let inbox: Inbox<News>
  private let limitBytes: UInt64
  private let units: Set<String>
  private let workspace: Workspace?

  init(inbox: Inbox<News>, limits: Limits, units: [String], workspace: Workspace?) {
    self.inbox = inbox
    limitBytes = limits.outputBytes ?? .max
    self.units = Set(units)
    self.workspace = workspace
  }

  // MARK: From the handler's threads

  var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

  func emit(_ stream: OutputStream, _ bytes: UnsafeRawBufferPointer) -> CallStatus {
    if isCancelled { return .cancelled }
    switch stream {
    case .output, .errors: return emitOutput(stream, bytes)
    case .event: return emitEvent(bytes)
    case .fact: return emitFact(bytes)
    }
  }

  private func emitOutput(_ stream: OutputStream, _ bytes: UnsafeRawBufferPointer) -> CallStatus {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.pieceBytes))
      let status = emitPiece(stream, piece)
      guard status == .ok else { return status }
      rest = rest.dropFirst(piece.count)
    }
    return .ok
  }

  private func emitPiece(_ stream: OutputStream, _ bytes: UnsafeRawBufferPointer) -> CallStatus {
    let (added, isWithin) = state.withLock { state in
      let added =
        stream == .errors
        ? state.errors.add(bytes, upTo: limitBytes) : state.output.add(bytes, upTo: limitBytes)
      let total = stream == .errors ? state.errors.total : state.output.total
      return (added, total <= limitBytes)
    }
    guard let added else { return .limited }
    let status = send(added.isFirst ? .output(stream) : nil, bytes: added.count)
    return status == .ok && !isWithin ? .limited : status
  }

  /// Sends, and waits while too much is on its way.
  private func send(_ news: News?, bytes: Int) -> CallStatus {
    let relief: Channel<Void>? = state.withLock { state in
      state.onTheWayBytes += bytes
      // Who cancels has set this before it takes the lock: nobody starts to wait after it.
      guard state.onTheWayBytes > Self.onTheWayBound, !isCancelled else { return nil }
      state.waiting += 1
      if state.relief == nil { state.relief = Channel() }
      return state.relief
    }
    if let news { inbox.send(news) }
    if let relief { _ = relief.receive() }
    return isCancelled ? .cancelled : .ok
  }

  private func emitEvent(_ bytes: UnsafeRawBufferPointer) -> CallStatus {
    guard bytes.count <= Self.objectBound else { return .limited }
    guard let object = try? JSON(parsing: Array(bytes)), case .object = object else {
      return .invalid
    }
    let text = object.compact
    return send(.event(text), bytes: text.count)
  }

  private func emitFact(_ bytes: UnsafeRawBufferPointer) -> CallStatus {
    guard bytes.count <= Self.objectBound else { return .limited }
    guard let object = try? JSON(parsing: Array(bytes)), case .object(let members) = object else {
      return .invalid
    }
    guard members.count <= Self.factBound else { return .limited }
    return state.withLock { state in
      guard state.factBytes + bytes.count <= Self.objectBound else { return .limited }
      let others = state.remains.facts.filter { fact in
        !members.contains { $0.name.hasSameBytes(as: fact.name) }
      }
      guard others.count + members.count <= Self.factBound else { return .limited }
      state.factBytes += bytes.count
      state.remains.facts = others + members
      return .ok
    }
  }

  func meter(_ unit: String, _ amount: UInt64) -> CallStatus {
    guard units.contains(unit) else { return .invalid }
    state.withLock { state in
      state.remains.units[unit] = (state.remains.units[unit] ?? 0).saturatingAdd(amount)
    }
    return .ok
  }

  func ended(_ exit: ProcessExit, _ usage: Usage?) -> CallStatus {
    state.withLock { state in
      state.remains.exit = exit
      if let usage { state.remains.usage = usage }
    }
    return .ok
  }

  func cancelDescriptor() -> Int32 {
    state.withLock { state in
      if state.cancelBell == nil { state.cancelBell = try? Bell() }
      guard let raw = state.cancelBell?.raw else { return -1 }
      if isCancelled { state.cancelBell?.ring() }
      return raw
    }
  }

  func run(_ command: Command, captureBytes: UInt64?) throws(Failure) -> RunResult {
    if isCancelled { throw Failure(.cancelled, "cancelled", "the call is cancelled") }
    let answer = Answer()
    let isOver = state.withLock { state in
      if !state.isOver { state.answers[ObjectIdentifier(answer)] = answer }
      return state.isOver
    }
    guard !isOver else { throw Failure(.cancelled, "cancelled", "the call is over") }
    defer { state.withLock { _ = $0.answers.removeValue(forKey: ObjectIdentifier(answer)) } }
    inbox.send(.run(command, captureBytes: captureBytes, answer))
    guard let result = answer.receive() else {
      throw Failure(.cancelled, "cancelled", "the call is over")
    }
    return try result.get()
  }

  func openFile(_ path: String, _ mode: FileMode) throws(Failure) -> Int32 {
    guard let workspace else {
      throw Failure(.invalid, "no-workspace", "this call has no workspace")
    }
    let access: FileAccess =
      switch mode {
      case .read: .read
      case .replace: .replace
      case .append: .append
      }
    let file = try workspace.open(path, for: access).release()
    return file
  }

  // MARK: From the loop

  /// Tells the handler that its result is no longer wanted, and wakes it where it waits.
  func cancel() {
    cancelled.store(true, ordering: .releasing)
    state.withLock { state in
      state.cancelBell?.ring()
      state.relieve()
    }
  }

  /// Cancels it, and lets go of who waits for a program: what it asked for may not have been heard.
  func end() {
    cancel()
    state.withLock { state in
      state.isOver = true
      for answer in state.answers.values { answer.close() }
    }
  }

  /// What a stream has got since this was last asked.
  func takeEmitted(_ stream: OutputStream) -> [UInt8] {
    state.withLock { state in
      stream == .errors ? Self.take(&state.errors.fresh) : Self.take(&state.output.fresh)
    }
  }

  private static func take(_ bytes: inout [UInt8]) -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  /// What was sent has arrived: who waits because too much was on its way may go on.
  func arrived(_ bytes: Int) {
    state.withLock { state in
      state.onTheWayBytes -= bytes
      if state.onTheWayBytes <= Self.onTheWayBound / 2 { state.relieve() }
    }
  }

  /// What the handler metered and stated, once it has returned.
  var remains: Remains { state.withLock { $0.remains } }
}
