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
      state.outbox = Outbox()
      return state.calls.removeAll()
    }
    shut()
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
    let library = try parts.openLibrary()
    var ends: Ends
    do { ends = try Ends() } catch { throw error.failure("starting a worker") }
    let ear = WorkerEar(ends.ear)
    let errors = ends.errors
    let mouth = ends.mouth
    let process = try parts.starter.start(
      WorkerStart(
        name: parts.order.name, manifest: parts.manifest, folder: parts.order.folder,
        bounds: parts.bounds, threads: parts.slots),
      socket: ends.socket, errors: ends.writer)
    var order = parts.order
    order.folder = process.folder
    order.isWalled = process.isWalled
    let raw = mouth.release()
    let passed: Int32? = if let library { library.release() } else { nil }
    open(raw)
    change { $0.send(.load(order), passing: passed) }
    var lines = ErrorLines(context: parts.context)
    let heard = listen(ear, errors, &lines)
    let end = end(of: process, heard)
    // What it wrote last may have come after the end of all else.
    lines.readRest(errors)
    return end
  }

  /// Of the way to a worker, and of what it writes on its streams.
  private struct Ends: ~Copyable {
    var mouth: Descriptor
    var ear: Descriptor
    var socket: Descriptor
    var errors: Descriptor
    var writer: Descriptor

    init() throws(SystemError) {
      let pair = try SocketPair().release()
      let near = Descriptor(owning: pair.near)
      let far = Descriptor(owning: pair.far)
      let pipe = try Pipe().release()
      let reader = Descriptor(owning: pipe.reader)
      let writer = Descriptor(owning: pipe.writer)
      ear = try near.duplicate()
      mouth = near
      socket = far
      errors = reader
      self.writer = writer
    }
  }

  private func listen(
    _ ear: WorkerEar, _ errors: borrowing Descriptor, _ lines: inout ErrorLines
  ) -> Heard {
    defer { ear.takeBack() }
    var due = Instant.now + parts.openPatience
    var stage = Stage.loading
    var quick = 0
    while true {
      let (condemned, now) = state.withLock { state in
        (state.condemned, stage.next(after: state, isLent: ear.isLent, now: .now, parts, &due))
      }
      let hasMore = hasRest.load(ordering: .relaxed)
      stage = now
      if let condemned { return .condemned(condemned) }
      // When its last call returns decides how long it is waited for.
      if stage == .closing { ear.takeBack() }
      let isLent = ear.isLent
      do throws(Failure) {
        do throws(SystemError) {
          var wait = Wait()
          if hasMore || !isLent { wait.add(ear.raw, forInput: !isLent, forRoom: hasMore) }
          wait.add(bell.raw)
          if !lines.areOver { wait.add(errors.raw) }
          try wait.wait(until: due)
          if wait.isReadable(bell.raw) { bell.silence() }
          if wait.isReadable(errors.raw) { try lines.read(errors) }
        } catch {
          throw error.failure("hearing a worker")
        }
        if hasMore { flush() }
        if !ear.isLent {
          if let heard = try hear(ear, &quick) { return heard }
          if stage == .open { lend(ear, after: &quick) }
        }
      } catch {
        return .condemned(
          Failure(.internal, "plugin-misbehaved", "its worker is out of step: \(error.message)"))
      }
      if Instant.now >= due, let heard = overdue(stage) { return heard }
    }
  }

  /// What the worker is given time for.
  enum Stage {
    case loading, open, closing

    /// Sets when that is over, where it is another one now.
    func next(
      after state: borrowing State, isLent: Bool, now: Instant, _ parts: WorkerParts,
      _ due: inout Instant
    ) -> Stage {
      let isIdle = state.calls.isEmpty || state.isUrgent
      let isClosing = state.isClosing && (state.isLoaded || isIdle)
      let next: Stage = isClosing ? .closing : state.isLoaded ? .open : .loading
      switch next {
      case .loading: break
      case .closing:
        // close() comes after the last call, which is held to its own deadline.
        due =
          isIdle
          ? max(state.closingSince, state.idleSince) + parts.bounds.closePatience
          : .init(nanoseconds: .max)
      case .open where state.calls.isEmpty: due = state.idleSince + parts.bounds.idlePatience
      // Nobody tells this thread of a call's end that the loop hears: it looks now and then.
      case .open: due = isLent ? now + parts.bounds.idlePatience : .init(nanoseconds: .max)
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

  private func end(of process: any StartedWorker, _ heard: Heard) -> End {
    let isClosing = state.withLock { $0.isClosing }
    // Who has closed its socket is about to end; who does not is ended.
    let patience: Duration = if case .silence = heard { .seconds(1) } else { .zero }
    let end = process.finish(within: patience)
    switch heard {
    case .refused(let failure): return .refused(failure)
    case .condemned(let failure): return .crashed(failure)
    case .silence where isClosing: return .closed
    case .silence: break
    }
    if case .lost(let failure) = end, failure.code == .unavailable { return .refused(failure) }
    let how =
      switch end {
      case .exited(let code): "ended with exit code \(code)"
      case .killed(let signal): "died of \(SignalName.of(signal))"
      case .overdue: "closed the way to the node"
      case .lost(let failure): failure.message
      }
    return .crashed(Failure(.internal, "plugin-crash", "the plugin's process \(how)"))
  }
}
