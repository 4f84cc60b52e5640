import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

/// One call of a backend, from when its handler is called until it returned or was given up. It has
/// neither session nor workspace, and what it emits is its answer. Belongs to the loop.
final class OperationRun {
  enum News {
    case returned(CallResult, output: [UInt8], Usage)
    /// It has outlived its deadline and its grace. `isStuck`: a thread is lost with it.
    case givenUp(isStuck: Bool, Usage)
    /// One that was stuck has returned after all.
    case returnedLate
  }

  private static let noPrograms = Failure(
    .denied, "no-programs",
    "an operation of a backend runs no program in the jail: ORIEN_OUTSIDE runs what its manifest grants"
  )

  private let plugin: Plugin
  private let parts: Operations.Parts
  private let tell: (News) -> Void
  private let startedAt = Instant.now
  private var inbox: Inbox<Call.News>!
  private var call: Call!
  private var invocation: Invocation!
  private var deadline: Timer?
  private var grace: Timer?
  private var output: [UInt8] = []
  private var isStopped = false
  private var isOver = false
  private var isStuck = false
  private let limits: Limits
  private let id: String
  private let awaited = AwaitedPrograms()

  /// `tell` hears of its end once, and of a late return after that, never before this returns.
  init(
    _ call: PluginCall, of plugin: Plugin, units: Set<String>, in parts: Operations.Parts,
    tell: @escaping (News) -> Void
  ) {
    self.plugin = plugin
    self.parts = parts
    self.tell = tell
    limits = call.limits
    id = call.id
    // Holds this until the handler has returned, or is lost.
    inbox = parts.loop.inbox { [self] news in hear(news) }
    self.call = Call(inbox: inbox, limits: call.limits, units: units, workspace: nil)
    deadline = parts.loop.schedule(at: call.deadline) { [unowned self] in stop() }
    invocation = plugin.invoke(call, host: self.call) { [inbox = inbox!] in
      inbox.send(.returned($0))
    }
  }

  /// Its answer is no longer wanted: it has its grace to return.
  func stop() {
    guard !isStopped, !isOver else { return }
    isStopped = true
    deadline?.cancel()
    call.cancel()
    awaited.kill(.wall)
    plugin.cancel(invocation)
    grace = parts.loop.schedule(after: parts.grace) { [self] in
      guard !isOver else { return }
      isStuck = plugin.writeOff(invocation)
      end(.givenUp(isStuck: isStuck, usage))
    }
  }

  private func hear(_ news: Call.News) {
    switch news {
    case .returned(let result): returned(result)
    case _ where isOver: break
    case .output(let stream): take(stream)
    case .event(let object): call.arrived(object.count)
    case .run(let command, let captureBytes, let answer): run(command, captureBytes, answer)
    case .place(let request, let answer): place(request, answer)
    }
  }

  private func run(
    _ command: Command, _ captureBytes: UInt64?, _ answer: AwaitedPrograms.Answer
  ) {
    guard command.isOutside, let outside = parts.outside else {
      answer.send(.failure(Self.noPrograms))
      return
    }
    guard !isStopped else {
      answer.send(.failure(Failure(.cancelled, "cancelled", "the call is cancelled")))
      return
    }
    // What it writes is its own, and no part of the answer.
    let nowhere = Capture(limitBytes: 0)
    awaited.run(captureBytes: captureBytes, output: nowhere, errors: nowhere, answer) {
      output, errors, onEnd throws(Failure) in
      try outside.start(
        command, of: plugin, limits: limits, label: ["operation": id], output: output,
        errors: errors, onEnd: onEnd)
    }
  }

  private func place(_ request: PlaceRequest, _ answer: Call.PlaceAnswer) {
    guard let places = parts.places else {
      answer.send(.failure(Places.unlent))
      return
    }
    places.answer(request, of: plugin, answer)
  }

  private func take(_ stream: OutputStream) {
    for chunk in call.takeEmitted(stream) {
      if stream == .output { output += chunk }
      call.arrived(chunk.count)
    }
  }

  private func returned(_ result: CallResult) {
    guard !isOver else {
      if isStuck { tell(.returnedLate) }
      isStuck = false
      return inbox.close()
    }
    take(.output)
    var usage = usage
    usage.cpuUserMicroseconds = usage.cpuUserMicroseconds.saturatingAdd(result.cpuMicroseconds)
    end(.returned(late(result), output: output, usage))
  }

  /// One that gave up at its deadline was not cancelled by anybody who asked.
  private func late(_ result: CallResult) -> CallResult {
    guard isStopped, case .failed(let failure) = result.outcome, failure.code == .cancelled else {
      return result
    }
    let late = Failure(.unavailable, "backend-late", "plugin \(plugin.id) gave up at its deadline")
    return CallResult(.failed(late), cpuMicroseconds: result.cpuMicroseconds, wasCalled: false)
  }

  private func end(_ news: News) {
    isOver = true
    deadline?.cancel()
    grace?.cancel()
    if !isStuck { inbox.close() }
    call.end()
    awaited.end { [self] in tell(news) }
  }

  private var usage: Usage {
    var usage = call.remains.usage ?? Usage()
    usage.add(awaited.usage)
    usage.units = call.remains.units
    usage.wallMicroseconds = Instant.now.microseconds(since: startedAt)
    return usage
  }
}
