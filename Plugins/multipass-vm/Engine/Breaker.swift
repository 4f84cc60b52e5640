internal import OrienKit
internal import Synchronization

/// Keeps callers from waiting for an engine that hangs: after some questions in a row that were not
/// answered in time no other is asked for a while, and then one at a time until one is answered.
final class Breaker: Sendable {
  private enum State {
    /// Questions are asked; so many in a row were not answered.
    case closed(silences: Int)
    case open(until: UInt64)
    /// One question is asked, to see.
    case trying
  }

  enum Outcome {
    case answered, silent
    /// It could not be asked at all, which says nothing of how it answers.
    case unasked
  }

  private let mostSilences: Int
  private let pauseMilliseconds: UInt64
  private let state = Mutex(State.closed(silences: 0))

  init(mostSilences: Int, pauseMilliseconds: Int) {
    self.mostSilences = mostSilences
    self.pauseMilliseconds = UInt64(pauseMilliseconds)
  }

  /// Before each question; throws `unavailable` where none is to be asked now.
  func begin(at now: UInt64) throws(Failure) {
    let isRefused = state.withLock { state in
      switch state {
      case .closed: return false
      case .open(let until) where now >= until:
        state = .trying
        return false
      case .open, .trying: return true
      }
    }
    guard isRefused else { return }
    throw Failure(
      .unavailable,
      "multipass has not answered \(mostSilences) times in a row, and is left alone for a while; "
        + "`systemctl status snap.multipass.multipassd` or its log says why",
      reason: "engine-hangs")
  }

  /// After it.
  func end(_ outcome: Outcome, at now: UInt64) {
    state.withLock { state in
      switch (state, outcome) {
      case (_, .answered): state = .closed(silences: 0)
      case (.closed(let silences), .silent) where silences + 1 < mostSilences:
        state = .closed(silences: silences + 1)
      case (.closed, .silent), (.trying, .silent): state = .open(until: now + pauseMilliseconds)
      // Whoever comes next tries.
      case (.trying, .unasked): state = .open(until: now)
      case (.closed, .unasked), (.open, _): break
      }
    }
  }
}
