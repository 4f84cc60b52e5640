import OrienModel
import OrienSystem

/// What the node knows of one session while it runs. Belongs to the loop's thread.
final class SessionState {
  var session: Session
  let account: WorkspaceAccount
  var phase = Phase.opening
  /// When it will have been idle for its time to live.
  var expiresAt: Instant
  /// Who waits for its folder to be open.
  var waiting: [(Result<Workspace, Failure>) -> Void] = []
  /// What is to be done once it is gone.
  var afterwards: [() -> Void] = []
  /// Calls that are in it.
  var leases = 0
  /// By the lease's number: told once when its programs have written too much.
  var alarms: [Int: Alarm] = [:]
  /// Those of them whose programs may write to its image.
  var promises = 0
  var lastLease = 0
  var onVacant: (() -> Void)?
  var isMeasuring = false
  var measureNext: [(Result<Measurement, Failure>) -> Void] = []
  /// It is counted now and then; `meter` is set while that waits for its time.
  var isMetered = false
  var meter: Timer?
  /// What its image had of the disk for nothing when it was last counted.
  var wastedBytes: UInt64 = 0
  private var failedCounts = 0

  /// Programs may be writing to its image, and the disk has room for it.
  var isPromised: Bool { promises > 0 }

  struct Alarm {
    var limit: DiskUsage
    var body: (DiskExcess) -> Void
  }

  /// What is to be ended, and why, now that the session has been counted.
  func takeDueAlarms(isBeyondTotal: Bool) -> [() -> Void] {
    let used = account.used
    return alarms.compactMap { number, alarm in
      let isBeyondOwn = evadesCount || used.exceeds(alarm.limit)
      guard isBeyondOwn || isBeyondTotal else { return nil }
      alarms[number] = nil
      return { alarm.body(isBeyondOwn ? .own : .total) }
    }
  }

  enum Phase {
    case closed
    case opening
    case open(Workspace)
    /// Its row is being removed; what wants it waits until that is decided.
    case leaving
  }

  init(_ session: Session, _ account: WorkspaceAccount, expiresAt: Instant) {
    self.session = session
    self.account = account
    self.expiresAt = expiresAt
  }

  var isOpen: Bool { if case .open = phase { true } else { false } }

  /// A program that changes modes fast enough can keep itself from being counted; not for long.
  var evadesCount: Bool { failedCounts >= 3 }

  func note(_ count: Result<Measurement, Failure>) {
    switch count {
    case .success: failedCounts = 0
    case .failure(let failure): if failure.code == .internal { failedCounts += 1 }
    }
  }

  func answer(_ result: Result<Workspace, Failure>) {
    let waiting = waiting
    self.waiting = []
    for then in waiting { then(result) }
  }
}
