internal import OrienHTTPClient
internal import OrienKit

/// One container, from when it is made until nothing of it is left.
struct ContainerRun {
  /// What ends it before it ends itself.
  enum Stop {
    case cancelled, output, cpu
  }

  private enum End {
    /// By itself, as the engine tells it.
    case ended(JSON)
    case stopped(Stop)
  }

  /// How long the engine may take for what has to be done within a call's grace.
  private static let hurryMilliseconds = 800
  /// After so long without its engine a container is given up.
  private static let absenceMilliseconds: UInt64 = 5000

  let sandbox: Sandbox
  let container: String
  /// Its requests end when the call is cancelled.
  let connection: EngineConnection
  /// Theirs go on: what is begun has to be undone.
  private let closing: EngineConnection
  private let stop: Int32?
  private let limits: Limits
  /// It had waited for a call.
  private let isWarm: Bool
  var frames = OutputFrames()
  private var meter: Meter
  /// The engine was away while the container ran: however that ended, the program did not end so.
  private var engineWasAway = false
  /// Somebody has been told to remove it.
  private var isGivenUp = false

  init(
    _ request: CreateRequest, for call: borrowing Call, in sandbox: Sandbox,
    by connection: EngineConnection
  ) throws(Failure) {
    let closing = try sandbox.engine.connect(stop: nil)
    let container = try Self.create(request, "orien-\(call.id)", sandbox, connection, closing)
    self.init(container, isWarm: false, call, sandbox, connection, closing)
  }

  /// One that was made ahead.
  init(
    _ waiting: WarmContainer, for call: borrowing Call, in sandbox: Sandbox,
    by connection: EngineConnection
  ) throws(Failure) {
    let closing = try sandbox.engine.connect(stop: nil)
    self.init(waiting.id, isWarm: true, call, sandbox, connection, closing)
  }

  private init(
    _ container: String, isWarm: Bool, _ call: borrowing Call, _ sandbox: Sandbox,
    _ connection: EngineConnection, _ closing: EngineConnection
  ) {
    self.sandbox = sandbox
    self.container = container
    self.connection = connection
    self.closing = closing
    self.isWarm = isWarm
    stop = call.cancelDescriptor
    limits = call.limits
    meter = Meter(container, by: closing)
  }

  /// A container may be there though nobody heard so: it is looked for by its name.
  private static func create(
    _ request: CreateRequest, _ name: String, _ sandbox: Sandbox, _ connection: EngineConnection,
    _ closing: EngineConnection
  ) throws(Failure) -> String {
    do throws(Failure) {
      return try connection.create(name, request.json(sandbox))
    } catch {
      Self.remove(name, sandbox, closing)
      throw error
    }
  }

  /// False where it may still be there.
  @discardableResult
  private static func remove(
    _ container: String, _ sandbox: Sandbox, _ connection: EngineConnection
  ) -> Bool {
    do throws(Failure) {
      try connection.remove(container, within: hurryMilliseconds)
      return true
    } catch {
      sandbox.leave(container)
      return false
    }
  }

  /// Removes it; what the engine does not do now a later call, or the next start, has it do.
  /// Once: a call that is to end has no time to ask a silent engine twice.
  @discardableResult
  mutating func remove() -> Bool {
    guard !isGivenUp else { return true }
    isGivenUp = true
    return Self.remove(container, sandbox, closing)
  }

  /// Nothing runs in it any more. One that had waited is removed behind the call, before another is
  /// made to wait.
  private mutating func letGo() {
    guard isWarm else { return _ = remove() }
    isGivenUp = true
    sandbox.pool.spend(container)
  }

  // MARK: Running

  /// Runs it to its end, and tells the call of that. Nothing of it runs then.
  mutating func run(_ program: Program, _ call: borrowing Call) throws(Failure) {
    do throws(Failure) {
      let stream = try connection.attach(container, withInput: !program.input.isEmpty)
      try connection.start(container)
      if !program.input.isEmpty { stream.send(program.input, ending: true) }
      try finish(stream, [], call)
    } catch {
      remove()
      throw error
    }
  }

  /// Its program has begun, and has said `early` by now: runs it to its end.
  mutating func finish(
    _ stream: HTTPStream, _ early: [(OutputFrames.Stream, [UInt8])], _ call: borrowing Call
  ) throws(Failure) {
    meter.begin()
    for (stream, bytes) in early {
      if let stop = try handOn(stream, bytes, call) { return try end(stop, call) }
    }
    if let stop = try follow(stream, call) { return try end(stop, call) }
    switch try awaitEnd(call) {
    case .stopped(let stop): try end(stop, call)
    case .ended(let state):
      meter.hearLast()
      letGo()
      try call.ended(try exit(of: state), meter.usage)
    }
  }

  /// Hands on what it says until it says no more; or what ends it before.
  private mutating func follow(
    _ stream: HTTPStream, _ call: borrowing Call
  ) throws(Failure) -> Stop? {
    while true {
      let received: HTTPStream.Received
      do { received = try stream.receive(within: meter.pauseMilliseconds) } catch { return nil }
      switch received {
      case .ended: return nil
      case .stopped: return .cancelled
      case .nothing: break
      case .bytes(let bytes):
        var said: [(OutputFrames.Stream, [UInt8])] = []
        frames.take(bytes) { said.append(($0, $1)) }
        for (stream, bytes) in said {
          if let stop = try handOn(stream, bytes, call) { return stop }
        }
      }
      meter.goOn()
      if hasUsedUp { return .cpu }
    }
  }

  private func handOn(
    _ stream: OutputFrames.Stream, _ bytes: [UInt8], _ call: borrowing Call
  ) throws(Failure) -> Stop? {
    do throws(Failure) {
      try stream == .errors ? call.emitError(bytes) : call.emit(bytes)
      return nil
    } catch {
      switch error.status {
      case .limited: return .output
      case .cancelled: return .cancelled
      default: throw error
      }
    }
  }

  /// Waits until it has ended: what it says may end before, where a program closes its streams.
  private mutating func awaitEnd(_ call: borrowing Call) throws(Failure) -> End {
    var wait = 5
    var awaySince: UInt64?
    while !call.isCancelled {
      do throws(Failure) {
        guard let state = try connection.state(container, within: 2000) else { throw Self.lost }
        if state["Running"]?.bool != true { return .ended(state) }
        awaySince = nil
      } catch {
        // What it used has to be told then too.
        if error.status == .cancelled { break }
        guard error.status == .unavailable, error.reason != "container-lost" else { throw error }
        engineWasAway = true
        let since = awaySince ?? Pause.now
        awaySince = since
        if Pause.now - since > Self.absenceMilliseconds { throw error }
      }
      if let stop = pass(milliseconds: wait) { return .stopped(stop) }
      wait = min(wait * 2, 200)
    }
    return .stopped(.cancelled)
  }

  /// Lets so long go by, and hears meanwhile what it uses.
  private mutating func pass(milliseconds: Int) -> Stop? {
    let end = Pause.now + UInt64(milliseconds)
    while case let now = Pause.now, now < end {
      meter.goOn()
      if hasUsedUp { return .cpu }
      let pause = min(Int(end - now), meter.pauseMilliseconds)
      if Pause.wait(milliseconds: pause, orUntil: stop) { return .cancelled }
    }
    return nil
  }

  private var hasUsedUp: Bool {
    guard let bound = limits.cpuMilliseconds else { return false }
    return meter.cpuMilliseconds >= bound
  }

  private static let lost = Failure(
    .unavailable, "the container was removed by somebody else while it ran",
    reason: "container-lost")

  /// Ends what would not end by itself, and tells of it.
  private mutating func end(_ stop: Stop, _ call: borrowing Call) throws(Failure) {
    meter.conclude(within: Self.hurryMilliseconds / 2)
    // First what is billed: the call may be over before the engine has done its part.
    let reason: Exit.Reason =
      switch stop {
      case .cancelled: .cancelled
      case .output: .output
      case .cpu: .cpu
      }
    try call.ended(Exit(code: nil, signal: 9, reason: reason), meter.usage)
    remove()
    if case .cancelled = stop { throw Failure(.cancelled, "the call was cancelled") }
  }

  private func exit(of state: JSON) throws(Failure) -> Exit {
    guard !engineWasAway else {
      throw Failure(
        .unavailable,
        "the container engine went away while the program ran, and with it the "
          + "program", reason: "engine-lost")
    }
    if let error = state["Error"]?.string, !error.isEmpty {
      throw Failure(
        .unavailable, "the engine says of the container: \(error)", reason: "engine-failed")
    }
    let code = Int32(clamping: state["ExitCode"]?.integer ?? -1)
    // An engine says so too where a child of the program's was killed, and the program went on.
    if state["OOMKilled"]?.bool == true, code != 0 {
      return Exit(code: nil, signal: 9, reason: .memory)
    }
    return Exit(code: code)
  }
}
