package import OrienModel
import OrienSystem

/// What a node found of the sessions of the one before it.
package struct Adoption: Sendable {
  package var sessions = 0
  /// Sessions whose folder was never made, or is gone.
  package var forgotten = 0
  /// Folders whose session was never begun, or had been removed.
  package var removedFolders = 0
  /// Entries of the root that are none of the node's: left alone.
  package var strangers: [String] = []
}

extension Workspaces {
  /// Makes folders and sessions equal again, whenever the last node died, and begins to remove
  /// what is idle. To be called once, before anything is opened; `kept` is what the store has.
  package func adopt(
    _ kept: [Session], then: @escaping (Result<Adoption, Failure>) -> Void
  ) {
    loop.assertCurrent()
    precondition(sessions.isEmpty, "sessions are adopted before any is opened")
    let root = root
    disk.run(
      { () throws(Failure) in try root.names() },
      then: loop.reply { result in
        switch result {
        case .failure(let failure): then(.failure(failure))
        case .success(let names): self.settle(kept, Set(names.map(\.text)), then)
        }
      })
  }

  private func settle(
    _ kept: [Session], _ names: Set<String>,
    _ then: @escaping (Result<Adoption, Failure>) -> Void
  ) {
    var adoption = Adoption()
    var strays = names
    var orphans: [SessionKey] = []
    for session in kept {
      if Self.isOwn(session.folder), strays.remove(session.folder) != nil {
        adopt(session)
      } else {
        orphans.append(session.key)
      }
    }
    strays.remove(ImageSettings.ownFolder)
    adoption.strangers = strays.filter { !Self.isOwn($0) }.sorted()
    strays = strays.filter(Self.isOwn)
    adoption.sessions = sessions.count
    adoption.forgotten = orphans.count
    adoption.removedFolders = strays.count
    forget(orphans[...]) { result in
      self.removeStrays(Array(strays)[...]) {
        self.countAll(Array(self.sessions.values)[...])
        self.scheduleSweep()
        then(result.map { adoption })
      }
    }
  }

  private func adopt(_ session: Session) {
    // The wall clock may have been set while no node ran: an age is nothing below zero.
    let age = max(0, Timestamp.now.microseconds - session.lastUsedAt.microseconds)
    let left = max(.zero, limits.idle - .microseconds(age))
    let state = SessionState(
      session, WorkspaceAccount(limit: limits.usage, total: total), expiresAt: loop.now + left)
    state.phase = .closed
    sessions[session.key] = state
    if session.image != nil { hostDisk?.begin() }
  }

  private func forget(
    _ orphans: ArraySlice<SessionKey>, _ then: @escaping (Result<Void, Failure>) -> Void
  ) {
    guard let key = orphans.first else { return then(.success(())) }
    store.remove(
      key,
      then: loop.reply { result in
        if case .failure = result { return then(result) }
        self.forget(orphans.dropFirst(), then)
      })
  }

  /// One that will not go is a leftover, and no reason for the node not to start.
  private func removeStrays(_ names: ArraySlice<String>, _ then: @escaping () -> Void) {
    guard let name = names.first else { return then() }
    removeFolder(name) { _ in self.removeStrays(names.dropFirst(), then) }
  }

  /// Finds out what the sessions hold that nobody has opened yet: they count in the total.
  private func countAll(_ states: ArraySlice<SessionState>) {
    guard let state = states.first else { return }
    guard sessions[state.session.key] === state else { return countAll(states.dropFirst()) }
    measure(state) { _ in self.countAll(states.dropFirst()) }
  }

  private static func isOwn(_ name: String) -> Bool {
    ImageName.isMinted(name) || ImageName(folder: name) != nil
  }
}
