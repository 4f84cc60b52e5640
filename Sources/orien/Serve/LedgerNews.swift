import OrienModel
import OrienSystem
import Synchronization

/// Carries what befell the ledger to a node that may not be whole yet.
final class LedgerNews: Sendable {
  private struct State {
    var failure: Failure?
    var inbox: Inbox<Failure>?
  }

  private let state = Mutex(State())

  func tell(_ failure: Failure) {
    state.withLock { state in
      state.failure = failure
      state.inbox?.send(failure)
    }
  }

  func onTell(_ inbox: Inbox<Failure>) {
    state.withLock { state in
      state.inbox = inbox
      if let failure = state.failure { inbox.send(failure) }
    }
  }
}
