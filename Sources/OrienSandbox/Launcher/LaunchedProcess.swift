import OrienModel
import OrienSystem

/// One process from the request to its end. Belongs to the loop's thread.
final class LaunchedProcess: JailProcess {
  enum State {
    /// Until there is a launcher; at the deadline the request fails.
    case waiting(Waiting)
    /// The launcher has the request.
    case asked
    case started
    /// Its launcher is gone, what that has started may not be yet.
    case lost
    case ended
  }

  final class Waiting {
    fileprivate var descriptors: JailDescriptors?
    fileprivate let deadline: Timer

    init(_ descriptors: consuming JailDescriptors, deadline: Timer) {
      self.descriptors = consume descriptors
      self.deadline = deadline
    }

    deinit { deadline.cancel() }
  }

  let id: UInt64
  let request: JailRequest
  private(set) var state: State
  /// Why this side had it killed.
  private(set) var killReason: ProcessExit.Reason?
  private unowned let launcher: Launcher
  /// Whoever waits; let go of at the end, for he may hold this.
  private var listener: (onStart: (consuming Descriptor?) -> Void, onEnd: (JailEnd) -> Void)?

  init(
    _ id: UInt64, _ request: JailRequest, _ waiting: Waiting, launcher: Launcher,
    onStart: @escaping (consuming Descriptor?) -> Void, onEnd: @escaping (JailEnd) -> Void
  ) {
    self.id = id
    self.request = request
    self.launcher = launcher
    listener = (onStart, onEnd)
    state = .waiting(waiting)
  }

  package func kill(_ reason: ProcessExit.Reason) {
    guard killReason == nil else { return }
    killReason = reason
    launcher.kill(self)
  }

  /// From waiting to asked; nil where it does not wait.
  func takeDescriptors() -> JailDescriptors? {
    guard case .waiting(let waiting) = state else { return nil }
    state = .asked
    return waiting.descriptors.take()
  }

  func started(_ door: consuming Descriptor?) {
    guard case .asked = state else { return }
    state = .started
    listener?.onStart(door)
  }

  /// With the launcher, where that had the request; true where it had.
  func lose() -> Bool {
    switch state {
    case .asked, .started:
      state = .lost
      return true
    case .waiting, .lost, .ended:
      return false
    }
  }

  func end(_ end: JailEnd) {
    state = .ended
    listener.take()?.onEnd(end)
  }
}
