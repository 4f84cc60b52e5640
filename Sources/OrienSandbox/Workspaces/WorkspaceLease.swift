package import OrienModel
import OrienSystem

/// A call's stay in a workspace, from before its acceptance until nothing of it runs any more.
/// While there is one, the workspace is neither removed nor closed.
///
/// Belongs to the loop's thread. Let go of without `end`, it keeps the workspace for good.
package final class WorkspaceLease {
  /// Traps once the stay has ended.
  package var workspace: Workspace {
    guard let held else { preconditionFailure("a lease that has ended has no workspace") }
    return held
  }
  /// Nil once the stay has ended: it is a descriptor.
  private var held: Workspace?
  private let isHeld: Bool
  private let number: Int
  let state: SessionState
  let workspaces: Workspaces
  /// The names under which daemons have it.
  var lent: [String] = []
  /// What the workspace may hold for this call; set once programs write to it.
  private var limit: DiskUsage?
  /// What they wrote is not counted yet.
  private var isUncounted = false
  /// The disk has room for what its programs may write.
  var isPromised = false

  init(_ workspace: Workspace, _ state: SessionState, _ workspaces: Workspaces) {
    held = workspace
    isHeld = workspace.isHeld
    self.state = state
    self.workspaces = workspaces
    state.leases += 1
    state.lastLease += 1
    number = state.lastLease
  }

  /// From here on programs write to the workspace: it is counted now and then, and `alarm` called
  /// once when it holds more than `limit` or its quota, whichever is less, or has grown where all
  /// workspaces hold more than they may. The call is to be ended then.
  package func watch(upTo limit: DiskUsage, _ alarm: @escaping (DiskExcess) -> Void) {
    let least = workspace.bound(on: limit)
    self.limit = least
    isUncounted = true
    state.alarms[number] = SessionState.Alarm(limit: least, body: alarm)
    workspaces.scheduleMeter(state, after: .zero)
  }

  /// What holds programs to so many bytes and files in it.
  package func enforcement(of limit: DiskUsage) -> (bytes: Enforcement, files: Enforcement) {
    let own = state.account.limit
    return (
      isHeld && limit.bytes >= own.bytes ? .image : .count,
      isHeld && limit.files >= own.files ? .image : .count
    )
  }

  /// Counts what the call's programs have left, and answers what that is too much for; nil: nothing.
  /// What cannot be counted is not held against them.
  package func judge(_ then: @escaping (DiskExcess?) -> Void) {
    guard let limit else { return then(nil) }
    isUncounted = false
    workspaces.measure(state) { [total = workspaces.total] result in
      guard let found = try? result.get() else { return then(nil) }
      if found.used.exceeds(limit) { return then(.own) }
      then(found.hasGrown && total.isOver ? .total : nil)
    }
  }

  /// Ends the stay; once. What the call has left in the workspace is counted soon after.
  package func end() { takeBack { [self] in leave() } }

  private func leave() {
    let hasWritten = workspace.takeWritten()
    held = nil
    state.alarms[number] = nil
    state.leases -= 1
    workspaces.touch(state)
    workspaces.takeBackRoom(of: self)
    if isUncounted || hasWritten { workspaces.measure(state) { _ in } }
    guard state.leases == 0 else { return }
    workspaces.stopMeter(state)
    let onVacant = state.onVacant
    state.onVacant = nil
    onVacant?()
  }
}

extension Workspaces {
  /// Begins a call's stay; refused where the session was removed since the workspace was opened, and
  /// while all workspaces hold more than they may.
  package func lease(_ workspace: Workspace) throws(Failure) -> WorkspaceLease {
    loop.assertCurrent()
    guard let state = sessions[workspace.session], state.account === workspace.account else {
      throw WorkspaceAccount.removed
    }
    if case .leaving = state.phase { throw WorkspaceAccount.removed }
    return try lease(workspace, state)
  }

  /// The same of a session whose folder is open, as that of most calls is; nil where it is not, and
  /// `open` has to be asked.
  package func lease(_ key: SessionKey) throws(Failure) -> WorkspaceLease? {
    loop.assertCurrent()
    guard let state = sessions[key], case .open(let workspace) = state.phase else { return nil }
    return try lease(workspace, state)
  }

  private func lease(
    _ workspace: Workspace, _ state: SessionState
  ) throws(Failure) -> WorkspaceLease {
    // Where all are full, and no image has room to grow into, there is none for another call.
    try total.requireRoom(for: 0)
    if workspace.image != nil, !state.isPromised {
      try total.requireRoom(onIdleDisk: state.account.left)
    }
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
      self.measure(state) { result in
        state.isMetered = false
        state.note(result)
        if state.evadesCount { self.soundAlarms(state, nil) }
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
  func measure(_ state: SessionState, _ then: @escaping (Result<Measurement, Failure>) -> Void) {
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
    if let found = workspace?.measureAtHand() {
      return hasMeasured(state, .success(found), then: waiting)
    }
    disk.run(
      { [workspace] () throws(Failure) in
        if let workspace { return try workspace.measure() }
        // One that is not mounted is not mounted for this.
        if session.image != nil {
          account.occupies(try ImagePlace(session, in: root).occupied())
          return Measurement(used: account.used, hasGrown: false)
        }
        return try Workspace.open(session, in: root, making: false, account, limits).measure()
      },
      then: loop.reply { self.hasMeasured(state, $0, then: waiting) })
  }

  private func hasMeasured(
    _ state: SessionState, _ result: Result<Measurement, Failure>,
    then waiting: [(Result<Measurement, Failure>) -> Void]
  ) {
    state.isMeasuring = false
    if let found = try? result.get() { noteCount(state, found) }
    soundAlarms(state, try? result.get())
    for then in waiting { then(result) }
    // Whoever was told may have asked for the next one.
    if !state.isMeasuring { measureNext(state) }
  }

  /// Whoever counted: growth is seen once, and belongs to all calls whose programs write there.
  private func soundAlarms(_ state: SessionState, _ found: Measurement?) {
    let isBeyondTotal = (found?.hasGrown ?? false) && total.isOver
    for sound in state.takeDueAlarms(isBeyondTotal: isBeyondTotal) { sound() }
  }
}
