package import OrienModel
package import OrienSystem

/// The workspaces of all sessions: made, opened, counted and removed.
///
/// Belongs to the loop's thread; what may wait for the disk is done on the disk threads. An
/// answer is given on the loop, at once where nothing has to be waited for.
package final class Workspaces {
  package let limits: WorkspaceLimits
  package let root: Folder
  let loop: Loop
  let disk: DiskThreads
  let store: any SessionStore
  let total: WorkspacesTotal
  /// Nil: none is an image.
  package let images: Images?
  let hostDisk: HostDisk?
  package let places: Places
  /// Sessions whose programs may be writing to an image.
  var writers: [SessionKey: SessionState] = [:]
  /// Who waits until the disk has room for what it may write.
  var roomLine: [RoomWaiter] = []
  var sessions: [SessionKey: SessionState] = [:]
  var openFolders = 0
  /// Folders whose sessions are gone and that would not go; tried again by the sweep.
  var leftovers: Set<String> = []
  var sweeper: Timer?

  /// Takes over the folder at the absolute path `root`, making it where it is missing. Refuses a
  /// place that somebody else could have prepared, and a file system that cannot do what is
  /// needed. Blocks.
  package init(
    at root: String, _ limits: WorkspaceLimits, loop: Loop, disk: DiskThreads,
    store: any SessionStore, images: Images? = nil
  ) throws(Failure) {
    self.root = try Folder(at: root, creating: true)
    _ = try NewFile(in: self.root)
    self.limits = limits
    self.loop = loop
    self.disk = disk
    self.store = store
    self.images = images
    places = Places(images)
    hostDisk = images == nil ? nil : HostDisk(under: self.root)
    total = WorkspacesTotal(limit: limits.totalBytes, on: hostDisk)
  }

  /// Finds the session's workspace, and makes it where there is none and `creating` says so; one that
  /// is made `passing` the next node removes.
  package func open(
    _ key: SessionKey, creating: Bool = true, passing: Bool = false,
    then: @escaping (Result<Workspace, Failure>) -> Void
  ) {
    loop.assertCurrent()
    guard let state = sessions[key] else {
      guard creating else { return then(.failure(Self.unknown)) }
      return create(key, passing: passing, then)
    }
    touch(state)
    switch state.phase {
    case .open(let workspace): then(.success(workspace))
    case .opening: state.waiting.append(then)
    case .closed:
      state.phase = .opening
      state.waiting.append(then)
      openFolder(of: state, making: false)
    case .leaving:
      state.afterwards.append { self.open(key, creating: creating, passing: passing, then: then) }
    }
  }

  /// A session as it is kept; nil where there is none.
  package func session(_ key: SessionKey) -> Session? {
    loop.assertCurrent()
    return sessions[key]?.session
  }

  private func create(
    _ key: SessionKey, passing: Bool, _ then: @escaping (Result<Workspace, Failure>) -> Void
  ) {
    guard sessions.count < limits.sessions else {
      return then(
        .failure(
          Failure(
            .full, "sessions-full",
            "the node keeps at most \(limits.sessions) sessions; remove some, or raise MAX_SESSIONS"
          )))
    }
    do throws(Failure) { try total.requireRoom(for: 1) } catch { return then(.failure(error)) }
    let now = Timestamp.now
    let state = SessionState(
      Session(
        key: key, folder: mint(), createdAt: now, lastUsedAt: now, isPassing: passing),
      WorkspaceAccount(limit: limits.usage, total: total), expiresAt: loop.now + limits.idle)
    state.waiting.append(then)
    sessions[key] = state
    // Without a row its folder is nobody's at the next start, which is what is wanted of it.
    if passing { return openFolder(of: state, making: true) }
    store.insert(
      state.session,
      then: loop.reply { result in
        switch result {
        case .success: self.openFolder(of: state, making: true)
        case .failure(let failure): self.giveUp(state, failure)
        }
      })
  }

  private func openFolder(of state: SessionState, making: Bool) {
    if let image = state.session.image { return openImage(image, of: state, making: making) }
    let (root, session, account, limits) = (root, state.session, state.account, limits)
    disk.run(
      { () throws(Failure) in
        try Workspace.open(session, in: root, making: making, account, limits)
      },
      then: loop.reply { self.hasOpened(state, making: making, $0) })
  }

  func hasOpened(
    _ state: SessionState, making: Bool, _ result: Result<Workspace, Failure>
  ) {
    switch result {
    case .success(let workspace):
      state.phase = .open(workspace)
      openFolders += 1
      if openFolders > limits.openFolders { closeUnused() }
      state.answer(.success(workspace))
    case .failure(let failure) where making:
      // The session never began: with its row goes what may be there of its folder.
      forget(state.session) { _ in }
      removeFolder(state.session.folder) { _ in }
      giveUp(state, failure)
    case .failure(let failure):
      state.phase = .closed
      state.answer(.failure(failure))
    }
  }

  private func giveUp(_ state: SessionState, _ failure: Failure) {
    sessions[state.session.key] = nil
    state.account.close()
    state.phase = .closed
    state.answer(.failure(failure))
  }

  /// Lets go of folders that have not been used for longest: a quarter of all, so that the next
  /// time is not soon. Who still holds one of those workspaces may go on with it.
  private func closeUnused() {
    let unused = sessions.values.filter { $0.isOpen && $0.leases == 0 && $0.waiting.isEmpty }
    let oldest = unused.sorted { $0.expiresAt < $1.expiresAt }
    for state in oldest.prefix(limits.openFolders / 4 + 1) { close(state) }
  }

  func touch(_ state: SessionState) {
    state.expiresAt = loop.now + limits.idle
    let now = Timestamp.now
    // The time to live is long beside a minute; a write for every use would not be worth it.
    guard now.microseconds - state.session.lastUsedAt.microseconds > 60_000_000 else { return }
    // A call may leave a session that was removed meanwhile, and another have its name.
    guard sessions[state.session.key] === state else { return }
    state.session.lastUsedAt = now
    if !state.session.isPassing { store.touch(state.session.key, at: now) }
  }

  /// 32 hexadecimal digits: what the folders of sessions, and no others, are called. Images have an
  /// ending.
  private func mint() -> String {
    Self.mintFolder() + (images?.makesNew == true ? ImageName.ending : "")
  }

  static func mintFolder() -> String { String(hex: Random.bytes(16)) }

  package static let unknown = Failure(.notFound, "session-not-found", "there is no such session")
}
