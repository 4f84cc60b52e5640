import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

/// A call that runs: its handler in the node, the processes that it starts, and the command that
/// it may go on as. It ends once, by the first thing that ends it. Belongs to the loop.
final class Run {
  /// How it ended and what that took.
  struct End {
    var ending: Ending
    var usage: Usage
    var facts: [JSON.Member]
    /// The handler has not returned: its slot stays taken.
    var isStuck = false
    var ranProcess = false
    /// Others than the node may have written to the workspace.
    var leftFiles = false
    /// Its handler was called: there is something to pay for.
    var hasBegun = true
  }

  private enum Phase {
    case handler(Invocation)
    /// The handler has returned and the call goes on as a command.
    case command(ProcessRun)
    case over
  }

  private let execution: Execution
  private let kernel: Kernel
  private let startedAt = Instant.now
  private var phase = Phase.over
  private var call: Call!
  private var inbox: Inbox<Call.News>!
  private var cause: Ending.Cause?
  private var deadline: Timer?
  private var grace: Timer?
  private let awaited = AwaitedPrograms()
  private var isOver = false
  private var isStuck = false
  private var usage = Usage()
  private(set) var ranProcess = false
  private var wasCalled = true
  private var isWatched = false

  /// Starts the call. The kernel hears of its end once, never before this returns, and of a handler
  /// that was stuck at the end and returns after all.
  init(_ execution: Execution, at place: SharedPlace?, in kernel: Kernel) {
    self.execution = execution
    self.kernel = kernel
    let (tool, loop) = (execution.tool, kernel.parts.loop)
    let wall = execution.granted.wallMilliseconds ?? .max
    let due = startedAt + .milliseconds(Int64(clamping: wall))
    // Holds this until its thread can say nothing more that has to be heard.
    inbox = loop.inbox { [self] news in hear(news) }
    call = Call(
      inbox: inbox, limits: execution.granted, units: tool.units, workspace: workspace)
    deadline = loop.schedule(at: due) { [unowned self] in stop(.deadline(milliseconds: wall)) }
    let invocation = tool.plugin.invoke(
      PluginCall(
        handler: tool.handler, arguments: execution.takeArguments(), id: execution.id.description,
        session: execution.acceptance.session.description,
        workspace: place.map { SharedWorkspace(path: $0.path, user: $0.user) },
        limits: execution.granted, deadline: due),
      host: call
    ) { [inbox = inbox!] in inbox.send(.returned($0)) }
    phase = .handler(invocation)
    // What a daemon of the plugin's writes is bounded like what a program does.
    if place != nil, tool.plugin.manifest.workspaceUser != nil { watchWorkspace() }
  }

  private var tool: Tool { execution.tool }
  private var workspace: Workspace { execution.workspace.workspace }

  /// Ends it from outside, if nothing has yet. A handler that does not return is given up after
  /// its grace, and its plugin is stuck with it.
  func stop(_ cause: Ending.Cause) {
    guard self.cause == nil, !isOver else { return }
    self.cause = cause
    deadline?.cancel()
    call.cancel()
    awaited.kill(cause.killReason)
    switch phase {
    case .command(let process): process.kill(cause.killReason)
    case .handler(let invocation):
      tool.plugin.cancel(invocation)
      grace = kernel.parts.loop.schedule(after: kernel.policy.grace) { [self] in
        let isStuck = tool.plugin.writeOff(invocation)
        wasCalled = !invocation.isAbandoned
        finish(.caused(by: cause), isStuck: isStuck)
      }
    case .over: break
    }
  }

  // MARK: What comes

  private func hear(_ news: Call.News) {
    switch news {
    case .returned(let result): handlerReturned(result)
    // A handler that was given up may say more, and nobody hears it.
    case _ where isOver: break
    case .output(let stream): takeOutput(of: stream)
    case .event(let object):
      execution.note(event: object)
      call.arrived(object.count)
    case .run(let command, let captureBytes, let answer):
      runForHandler(command, captureBytes: captureBytes, answer)
    case .place(let request, let answer): place(request, answer)
    }
  }

  private func takeOutput(of stream: OutputStream) {
    let log = stream == .errors ? execution.errors : execution.output
    for chunk in call.takeEmitted(stream) {
      chunk.withUnsafeBytes { log.append($0) }
      if log.isCongested {
        log.whenRelieved { [call] in call?.arrived(chunk.count) }
      } else {
        call.arrived(chunk.count)
      }
    }
  }

  /// What was emitted by now is the call's, though another thread has yet to say that there is more.
  private func takeOutput() {
    takeOutput(of: .output)
    takeOutput(of: .errors)
  }

  private func handlerReturned(_ result: CallResult) {
    grace?.cancel()
    wasCalled = result.wasCalled
    usage.cpuUserMicroseconds = usage.cpuUserMicroseconds.saturatingAdd(result.cpuMicroseconds)
    guard !isOver else {
      // Where nobody has been told yet that it is stuck, nobody will be.
      if isStuck, !awaited.isResting { kernel.returnedLate(execution) }
      isStuck = false
      inbox.close()
      return
    }
    if let cause { return finish(.caused(by: cause)) }
    switch result.outcome {
    case .done: finish(call.remains.exit.map { .exited($0) } ?? .completed)
    case .failed(let failure): finish(.failed(failure))
    case .exec(let command):
      takeOutput()
      goOn(as: command)
    }
  }

  private func goOn(as command: Command) {
    do {
      let process = try start(command, output: execution.output, errors: execution.errors) {
        [self] end in
        usage.add(end.usage)
        finish(ending(of: end))
      }
      phase = .command(process)
    } catch {
      finish(.refused(error))
    }
  }

  private func runForHandler(
    _ command: Command, captureBytes: UInt64?, _ answer: AwaitedPrograms.Answer
  ) {
    guard cause == nil else {
      answer.send(.failure(Failure(.cancelled, "cancelled", "the call is cancelled")))
      return
    }
    awaited.run(
      captureBytes: captureBytes, output: execution.output, errors: execution.errors, answer
    ) { output, errors, onEnd throws(Failure) in
      try start(command, output: output, errors: errors, onEnd: onEnd)
    }
  }

  private func place(_ request: PlaceRequest, _ answer: Call.PlaceAnswer) {
    guard case .show(let path, let readsOnly) = request else {
      return kernel.parts.workspaces.places.answer(request, of: tool.plugin, answer)
    }
    guard let user = tool.plugin.manifest.workspaceUser else {
      answer.send(.failure(Places.unlent))
      return
    }
    execution.workspace.show(at: path, of: tool.plugin.id, with: user, readsOnly: readsOnly) {
      answer.send($0)
    }
  }

  private func start(
    _ command: Command, output: any ByteSink, errors: any ByteSink,
    onEnd: @escaping (JailEnd) -> Void
  ) throws(Failure) -> ProcessRun {
    // Another launcher may hold less than the one that was there when this was accepted.
    let workspaces = execution.workspace.enforcement(of: execution.granted.disk).bytes
    let shortfall = tool.shortfall(
      inJail: kernel.parts.jail.capabilities, workspaces: workspaces)
    if let shortfall { throw shortfall }
    let label = ["execution": execution.id.description]
    guard !command.isOutside else {
      return try kernel.outside.start(
        command, of: tool.plugin, limits: execution.granted, label: label, output: output,
        errors: errors, onEnd: onEnd)
    }
    if let obstacle = kernel.obstacle { throw obstacle }
    guard !kernel.refusesPrograms else { throw .unwalled }
    if !ranProcess {
      // For a tool that has not said that it would.
      try execution.workspace.claimRoom()
      ranProcess = true
      watchWorkspace()
    }
    let whole = try tool.reach.get()
    let reach = command.network == .none ? whole.offline : whole
    let request = try JailRequest(
      command, limits: execution.granted, reach: reach,
      needsWalls: !kernel.policy.allowsUnsafe, by: kernel.parts.jail)
    let folder: Descriptor
    do { folder = try workspace.folder.descriptor() } catch {
      throw error.failure("starting \(command.arguments[0])")
    }
    return try ProcessRun(
      command, as: request, in: folder,
      by: ProcessRun.Ways(
        egress: reach.egress, jail: kernel.parts.jail, resolver: kernel.resolver,
        loop: kernel.parts.loop, log: kernel.parts.log, label: label),
      output: output, errors: errors, onEnd: onEnd)
  }

  private func watchWorkspace() {
    guard !isWatched else { return }
    isWatched = true
    execution.workspace.watch(upTo: execution.granted.disk) { [weak self] in
      self?.stop(.disk($0))
    }
  }

  // MARK: The end

  /// What the jail saw decides, unless something from outside had ended it before.
  private func ending(of end: JailEnd) -> Ending {
    let endedItself = end.failure == nil && [.exited, .signal].contains(end.exit.reason)
    if let cause, !endedItself { return .caused(by: cause) }
    guard let failure = end.failure else { return .exited(end.exit) }
    return end.isRefusal ? .refused(failure) : .failed(failure)
  }

  private func finish(_ ending: Ending, isStuck: Bool = false) {
    guard !isOver else { return }
    takeOutput()
    isOver = true
    deadline?.cancel()
    if case .command = phase { phase = .over }
    if !isStuck { inbox.close() }
    // A thread of the plugin's that still uses the call is not to wait for ever.
    call.end()
    self.isStuck = isStuck
    // What its other threads had started is billed too, and writes no more when this is told.
    awaited.end { [self] in tell(ending) }
  }

  private func tell(_ ending: Ending) {
    let remains = call.remains
    usage.add(awaited.usage)
    if let told = remains.usage { usage.add(told) }
    usage.units.merge(remains.units) { $0.saturatingAdd($1) }
    if usage.source == .none { usage.source = .thread }
    usage.wallMicroseconds = Instant.now.microseconds(since: startedAt)
    kernel.ended(
      execution,
      End(
        ending: ending, usage: usage, facts: remains.facts, isStuck: isStuck,
        ranProcess: ranProcess, leftFiles: isWatched, hasBegun: wasCalled))
  }
}

extension Ending.Cause {
  fileprivate var killReason: ProcessExit.Reason {
    switch self {
    case .deadline: .wall
    case .cancelled, .shutdown: .cancelled
    case .disk: .disk
    }
  }
}

extension Run.End {
  /// Of one that was over before its handler was called: it used nothing and costs nothing.
  init(neverBegan ending: Ending) {
    self.init(ending: ending, usage: Usage(), facts: [], hasBegun: false)
  }
}
