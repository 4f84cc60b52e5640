import OrienModel
import OrienSystem
import Synchronization

// What the thread of a worker's does: it starts the process, hears it, and sees its end.

extension WorkerLink {
  func work() {
    _ = predecessor?.receive()
    let end: End
    do throws(Failure) { end = try live() } catch { end = .refused(error) }
    let carried = state.withLock { state in
      state.isClosing = true
      state.socket = nil
      state.outbox = Outbox()
      return state.calls.removeAll()
    }
    helpers.close()
    onEnd(self, end)
    ended.close()
    let failure =
      switch end {
      case .refused(let failure), .crashed(let failure): failure
      case .closed: Failure(.internal, "plugin-crash", "the plugin's process ended")
      }
    opening.send(failure)
    for call in carried.values {
      call.done(CallResult(.failed(failure), wasCalled: call.wasSent))
    }
  }

  private func live() throws(Failure) -> End {
    let started: Started
    do { started = try startProcess() } catch { throw error.failure("starting \(parts.program)") }
    return live(started)
  }

  /// A process, the way to it and back, and what it writes on its streams.
  private struct Started: ~Copyable {
    var process: ChildProcess
    var mouth: Descriptor?
    var ear: Descriptor
    var errors: Descriptor
  }

  private func startProcess() throws(SystemError) -> Started {
    let ends = try SocketPair().release()
    let near = Descriptor(owning: ends.near)
    let far = Descriptor(owning: ends.far)
    let pipe = try Pipe().release()
    let reader = Descriptor(owning: pipe.reader)
    let writer = Descriptor(owning: pipe.writer)
    let ear = try near.duplicate()
    let process = try parts.start(socket: far, errors: writer)
    return Started(process: process, mouth: near, ear: ear, errors: reader)
  }

  private func live(_ started: consuming Started) -> End {
    let mouth = started.mouth.take()!.release()
    state.withLock { state in
      state.socket = Descriptor(owning: mouth)
      send(.load(parts.order), &state)
    }
    let heard = listen(started.ear, started.errors)
    return end(of: started.process, heard)
  }

  /// Why nobody listens any more.
  private enum Heard {
    case silence
    case refused(Failure)
    case condemned(Failure)
  }

  private func listen(_ ear: borrowing Descriptor, _ errors: borrowing Descriptor) -> Heard {
    var reader = MessageReader(takesDescriptors: false)
    var lines = ErrorLines(context: parts.context)
    var due = Instant.now + parts.openPatience
    var stage = Stage.loading
    while true {
      let (condemned, hasMore, now) = state.withLock { state in
        (state.condemned, !state.outbox.isEmpty, stage.next(after: state, now: .now, parts, &due))
      }
      stage = now
      if let condemned { return .condemned(condemned) }
      do throws(Failure) {
        do throws(SystemError) {
          var wait = Wait()
          wait.add(ear.raw, forRoom: hasMore)
          wait.add(bell.raw)
          if !lines.areOver { wait.add(errors.raw) }
          try wait.wait(until: due)
          if wait.isReadable(bell.raw) { bell.silence() }
          if wait.isReadable(errors.raw) { try lines.read(errors) }
        } catch {
          throw error.failure("hearing a worker")
        }
        if hasMore { state.withLock { flush(&$0) } }
        if let heard = try hear(ear, &reader) {
          lines.finish()
          return heard
        }
      } catch {
        return .condemned(
          Failure(.internal, "plugin-misbehaved", "its worker is out of step: \(error.message)"))
      }
      if Instant.now >= due, let heard = overdue(stage) { return heard }
    }
  }

  private func hear(
    _ ear: borrowing Descriptor, _ reader: inout MessageReader
  ) throws(Failure) -> Heard? {
    while true {
      switch try reader.next(from: ear) {
      case .partial: return nil
      case .end: return .silence
      case .message(let message):
        let message = try WorkerMessage(kind: message.kind, id: message.id, body: message.body)
        if case .loaded(let failure?) = message { return .refused(failure) }
        take(message)
      }
    }
  }

  /// What the worker is given time for.
  enum Stage {
    case loading, open, closing

    /// Sets when that is over, where it is another one now.
    func next(
      after state: borrowing State, now: Instant, _ parts: WorkerParts, _ due: inout Instant
    ) -> Stage {
      let next: Stage = state.isClosing ? .closing : state.isLoaded ? .open : .loading
      switch next {
      case .loading: break
      case .closing: if self != .closing { due = now + WorkerParts.closePatience }
      case .open:
        due = state.calls.isEmpty ? state.idleSince + parts.idlePatience : .init(nanoseconds: .max)
      }
      return next
    }
  }

  /// Nil where the worker goes on.
  private func overdue(_ stage: Stage) -> Heard? {
    switch stage {
    case .loading:
      return .refused(
        Failure(
          .unavailable, "stuck",
          "open() did not return within \(parts.openPatience.milliseconds) ms"))
    case .open:
      closeIfIdle()
      return nil
    case .closing:
      parts.context.log(.warning, "the plugin did not close in time: its process is ended")
      return .silence
    }
  }

  private func end(of process: consuming ChildProcess, _ heard: Heard) -> End {
    let isClosing = state.withLock { $0.isClosing }
    let end: ChildProcess.End
    do throws(SystemError) {
      // Who has closed its socket is about to end; who does not is ended.
      let patience: Duration = if case .silence = heard { .milliseconds(500) } else { .zero }
      end = try process.finish(by: .now + patience)
    } catch {
      return .crashed(error.failure("waiting for a worker"))
    }
    switch heard {
    case .refused(let failure): return .refused(failure)
    case .condemned(let failure): return .crashed(failure)
    case .silence where isClosing: return .closed
    case .silence: return .crashed(Self.crash(end))
    }
  }

  private static func crash(_ end: ChildProcess.End) -> Failure {
    let how =
      switch end {
      case .exited(let code): "ended with exit code \(code)"
      case .killed(let signal): "died of \(SignalName.of(signal))"
      case .overdue: "closed the way to the node"
      }
    return Failure(.internal, "plugin-crash", "the plugin's process \(how)")
  }
}
