import OrienFFI
import OrienModel
import OrienSystem
import Synchronization

// What a worker says, done in the node. What may block there has a thread of its own.

extension WorkerLink {
  func take(_ message: WorkerMessage) {
    switch message {
    case .loaded: sendWaiting()
    case .emit(let id, let stream, let chunk):
      // Blocks where the disk is behind: then nothing more is read of this worker.
      if let host = host(of: id) { _ = chunk.withUnsafeBytes { host.emit(stream, $0) } }
    case .meter(let id, let unit, let amount): _ = host(of: id)?.meter(unit, amount)
    case .ended(let id, let exit, let usage): _ = host(of: id)?.ended(exit, usage)
    case .request(let request): answer(request)
    case .log(let level, let message, let call): parts.context.log(level, message, call: call)
    case .returned(let id, let result): end(id, result)
    case .holds(let holdings): note(holdings)
    case .probed(let failure):
      state.withLock { state in
        state.isProbing = false
        // Whoever is away is asked for until he is back, which only this process can.
        if failure != nil { state.idleSince = .now }
      }
      onProbe(self, failure)
    }
  }

  private func note(_ holdings: WorkerHoldings) {
    let first = state.withLock { state in
      state.holdings = holdings
      if state.firstHoldings == nil { state.firstHoldings = holdings }
      return state.firstHoldings ?? holdings
    }
    if let growth = holdings.growth(since: first, within: parts.bounds) { onGrowth(self, growth) }
  }

  private func sendWaiting() {
    change { state in
      state.isLoaded = true
      state.idleSince = .now
      for id in state.calls.carried.keys.sorted() { pass(id, &state) }
      if state.isClosing { state.send(.close) }
    }
    opening.send(nil)
  }

  private func host(of id: UInt64) -> (any CallHost)? {
    state.withLock { $0.calls.carried[id]?.host }
  }

  private func end(_ id: UInt64, _ result: CallResult) {
    let carried = state.withLock { state in
      let carried = state.calls.remove(id)
      if state.calls.isEmpty { state.idleSince = .now }
      return carried
    }
    guard let carried else { return }
    _ = carried.invocation.end()
    carried.done(result)
  }

  private func answer(_ request: WorkerRequest) {
    let host: (any CallHost)? = if let call = request.call { self.host(of: call) } else { nil }
    do throws(Failure) {
      try helpers.run { [self] (_: inout Arena) in fulfil(request, host) }
    } catch {
      answer(.failed(error), to: request.number)
    }
  }

  private func fulfil(_ request: WorkerRequest, _ host: (any CallHost)?) {
    do throws(Failure) {
      try answer(request, host)
    } catch {
      answer(.failed(error), to: request.number)
    }
  }

  private func answer(_ request: WorkerRequest, _ host: (any CallHost)?) throws(Failure) {
    let (node, plugin) = (parts.context.node, parts.context.id)
    let answer: WorkerAnswer
    switch request.what {
    case .putState(let key, let value, let revision):
      answer = .wrote(try node.putState(key, value, over: revision, plugin: plugin))
    case .state(let key):
      let found = try node.state(key, plugin: plugin)
      answer = found.map { .value($0.value, revision: $0.revision) } ?? .absent
    case .removeState(let key, let revision):
      answer = .wrote(try node.removeState(key, over: revision, plugin: plugin))
    case .stateKeys(let prefix, let after, let bytes):
      let bytes = Int(clamping: min(bytes, UInt64(StateService.mostListBytes)))
      answer = .keys(try node.stateKeys(prefix: prefix, after: after, bytes: bytes, plugin: plugin))
    case .lasting(let what):
      // One of a call that is over is not begun.
      let host = request.call == nil ? nil : try Self.call(host)
      answer = .lasting(try node.lasting(what, of: parts.context.identity, for: host))
    case .emit(let stream, let object):
      let host = try Self.call(host)
      answer = .status(object.withUnsafeBytes { host.emit(stream, $0) })
    case .run(let command, let captureBytes):
      answer = .ran(try Self.call(host).run(command, captureBytes: captureBytes))
    case .openFile(let path, let mode):
      let descriptor = try Self.call(host).openFile(path, mode)
      return self.answer(.opened, to: request.number, passing: descriptor)
    case .place(let request): answer = .placed(try Self.call(host).place(request))
    }
    self.answer(answer, to: request.number)
  }

  private static func call(_ host: (any CallHost)?) throws(Failure) -> any CallHost {
    guard let host else { throw Failure(.cancelled, "cancelled", "the call is over") }
    return host
  }
}
