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
    case place(PlaceRequest, PlaceAnswer)
    /// The handler's thread is free again, and says nothing more.
    case returned(CallResult)
  }

  typealias Answer = Channel<Result<RunResult, Failure>>
  typealias PlaceAnswer = Channel<Result<String, Failure>>

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
    var emitted: Streams
    var onTheWayBytes = 0
    var waiting = 0
    /// Where those wait; most calls never make it.
    var relief: Channel<Void>?
    var cancelBell: Bell?
    /// Each ends the wait of a thread of the handler's.
    var answers: [ObjectIdentifier: @Sendable () -> Void] = [:]
    var isOver = false

    init(limitBytes: UInt64?) { emitted = Streams(limitBytes: limitBytes) }

    /// Lets all go on that wait.
    mutating func relieve() {
      for _ in 0..<waiting { relief?.send(()) }
      waiting = 0
    }
  }

  /// Of one stream.
  private struct Emitted {
    var allowance: OutputAllowance
    /// What the loop has not taken yet: small pieces that come faster than that go as one.
    private(set) var fresh: [[UInt8]] = []

    /// Appends a chunk, whole whatever other threads emit; true where the loop has to hear of it.
    mutating func append(_ chunk: UnsafeRawBufferPointer) -> Bool {
      guard let last = fresh.indices.last, fresh[last].count < pieceBytes else {
        return append(whole: Array(chunk))
      }
      fresh[last].append(contentsOf: chunk)
      return false
    }

    mutating func append(whole chunk: [UInt8]) -> Bool {
      fresh.append(chunk)
      return fresh.count == 1
    }

    mutating func take() -> [[UInt8]] {
      defer { fresh = [] }
      return fresh
    }
  }

  private struct Streams {
    private var output: Emitted
    private var errors: Emitted

    init(limitBytes: UInt64?) {
      let allowance = OutputAllowance(limitBytes: limitBytes)
      (output, errors) = (Emitted(allowance: allowance), Emitted(allowance: allowance))
    }

    subscript(stream: OutputStream) -> Emitted {
      get { stream == .errors ? errors : output }
      _modify { if stream == .errors { yield &errors } else { yield &output } }
    }
  }

  /// What is copied under the lock, which the loop takes too.
  private static let pieceBytes = 4 << 10
  /// What may be on its way to the loop before `emit` blocks.
  private static let onTheWayBound = 1 << 20
  private static let objectBound = 64 << 10
  /// Members that all facts of a call have together: few enough to be looked through under a lock
  /// that the loop takes too.
  private static let factBound = 256

  private let state: Mutex<State>
  private let cancelled = Atomic(false)
  private let inbox: Inbox<News>
  private let units: Set<String>
  private let workspace: Workspace?

  init(inbox: Inbox<News>, limits: Limits, units: Set<String>, workspace: Workspace?) {
    self.inbox = inbox
    state = Mutex(State(limitBytes: limits.outputBytes))
    self.units = units
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
    guard !bytes.isEmpty else { return .ok }
    var isFirst: Bool?
    let (kept, isWithin) = state.withLock { state in
      let kept = state.emitted[stream].allowance.admit(bytes.count)
      if let kept, kept <= Self.pieceBytes {
        isFirst = state.emitted[stream].append(UnsafeRawBufferPointer(rebasing: bytes[..<kept]))
      }
      return (kept, state.emitted[stream].allowance.isWithin)
    }
    guard let kept else { return .limited }
    if isFirst == nil {
      let chunk = Array(bytes[..<kept])
      isFirst = state.withLock { $0.emitted[stream].append(whole: chunk) }
    }
    let status = send(isFirst == true ? .output(stream) : nil, bytes: kept)
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
    try ask { .run(command, captureBytes: captureBytes, $0) }
  }

  func place(_ request: PlaceRequest) throws(Failure) -> String {
    try ask { .place(request, $0) }
  }

  /// Has the loop do something, and waits for what comes of it.
  private func ask<Value: Sendable>(
    _ news: (Channel<Result<Value, Failure>>) -> News
  ) throws(Failure) -> Value {
    if isCancelled { throw Failure(.cancelled, "cancelled", "the call is cancelled") }
    let answer = Channel<Result<Value, Failure>>()
    let isOver = state.withLock { state in
      if !state.isOver { state.answers[ObjectIdentifier(answer)] = { answer.close() } }
      return state.isOver
    }
    guard !isOver else { throw Failure(.cancelled, "cancelled", "the call is over") }
    defer { state.withLock { _ = $0.answers.removeValue(forKey: ObjectIdentifier(answer)) } }
    inbox.send(news(answer))
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

  /// Cancels it, and lets go of who waits for what it asked for: that may not have been heard.
  func end() {
    cancel()
    state.withLock { state in
      state.isOver = true
      for close in state.answers.values { close() }
    }
  }

  /// What a stream has got since this was last asked.
  func takeEmitted(_ stream: OutputStream) -> [[UInt8]] {
    state.withLock { $0.emitted[stream].take() }
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
