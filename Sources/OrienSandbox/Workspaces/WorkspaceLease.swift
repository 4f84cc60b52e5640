package import OrienModel
import OrienSystem

/// A call's stay in a workspace, from before its acceptance until nothing of it runs any more.
/// While there is one, the workspace is neither removed nor closed.
///
/// Belongs to the loop's thread. Let go of without `end`, it keeps the workspace for good.
package final class WorkspaceLease {
  /// Held until the end of the stay alone: it is a descriptor. Traps behind that.
  package var workspace: Workspace { held! }
  private var held: Workspace?
  private let number: Int
  private let state: SessionState
  private let workspaces: Workspaces
  /// Programs have written, and what they wrote is not counted yet.
  private var isUncounted = false
  private var hasEnded = false

  init(_ workspace: Workspace, _ state: SessionState, _ workspaces: Workspaces) {
    held = workspace
    self.state = state
    self.workspaces = workspaces
    state.leases += 1
    state.lastLease += 1
    number = state.lastLease
  }

  /// From here on programs write to the workspace: it is counted now and then, and `alarm` called
  /// once when it is over its quota. The call is to be ended then.
  package func watchQuota(_ alarm: @escaping () -> Void) {
    precondition(!hasEnded, "a lease that has ended watches nothing")
    isUncounted = true
    state.alarms[number] = alarm
    workspaces.scheduleMeter(state, after: .zero)
  }

  /// Counts what the workspace holds now, after what the call has done.
  package func measure(_ then: @escaping (Result<DiskUsage, Failure>) -> Void) {
    isUncounted = false
    workspaces.measure(state, then)
  }

  /// Ends the stay; once. What the call has left in the workspace is counted soon after.
  package func end() {
    precondition(!hasEnded, "a lease ends once")
    let hasWritten = workspace.takeWritten()
    hasEnded = true
    held = nil
    state.alarms[number] = nil
    state.leases -= 1
    workspaces.touch(state)
    if isUncounted || hasWritten { workspaces.measure(state) { _ in } }
    guard state.leases == 0 else { return }
    workspaces.stopMeter(state)
    let onVacant = state.onVacant
    state.onVacant = nil
    onVacant?()
  }
}

extension Workspaces {
  /// Begins a call's stay; refused where the session was removed since the workspace was opened.
  package func lease(_ workspace: Workspace) throws(Failure) -> WorkspaceLease {
    loop.assertCurrent()
    guard let state = sessions[workspace.session], state.account === workspace.account else {
      throw WorkspaceAccount.removed
    }
    if case .leaving = state.phase { throw WorkspaceAccount.removed }
    touch(state)
    return WorkspaceLease(workspace, state, self)
  }

  /// Counts a workspace whenever as much as twenty times what that took is over, a second at
  /// least: a tree that is slow to count does not keep the disk.
  func scheduleMeter(_ state: SessionState, after cost: Duration) {
    guard !state.isMetered, !state.alarms.isEmpty else { return }
    state.isMetered = true
    state.meter = loop.schedule(after: max(.seconds(1), cost * 20)) {
      state.meter = nil
      let start = Instant.now
      self.measure(state) { _ in
        state.isMetered = false
        if state.account.isOver {
          let alarms = state.alarms
          state.alarms = [:]
          for alarm in alarms.values { alarm() }
        }
        self.scheduleMeter(state, after: Instant.now.since(start))
      }
    }
  }

  /// A measurement that is under way goes on.
  func stopMeter(_ state: SessionState) {
    guard let meter = state.meter else { return }
    meter.cancel()
    state.meter = nil
    state.isMetered = false
  }

  /// One measurement at a time; who asks during one gets the next, for that one may have passed by
  /// what was written meanwhile.
  func measure(_ state: SessionState, _ then: @escaping (Result<DiskUsage, Failure>) -> Void) {
    loop.assertCurrent()
    state.measureNext.append(then)
    if !state.isMeasuring { measureNext(state) }
  }

  private func measureNext(_ state: SessionState) {
    guard !state.measureNext.isEmpty else { return }
    let waiting = state.measureNext
    state.measureNext = []
    state.isMeasuring = true
    let (root, session, account, limits) = (root, state.session, state.account, limits)
    var workspace: Workspace?
    if case .open(let open) = state.phase { workspace = open }
    disk.run(
      { [workspace] () throws(Failure) in
        let workspace =
          if let workspace { workspace } else {
            try Workspace.open(session, in: root, making: false, account, limits)
          }
        return try workspace.measure()
      },
      then: loop.reply { result in
        state.isMeasuring = false
        for then in waiting { then(result) }
        self.measureNext(state)
      })
  }
}
