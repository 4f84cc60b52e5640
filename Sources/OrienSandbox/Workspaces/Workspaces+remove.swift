package import OrienModel
import OrienSystem

extension Workspaces {
  /// Removes a session with its workspace, and answers once nothing of it is left; of one that
  /// never was, nothing is. The same id starts empty from then on.
  ///
  /// `workspace-busy` while calls are in it, unless `force`: then who ordered it has cancelled
  /// them, the id is free at once and the folder goes when the last of them has left.
  package func remove(
    _ key: SessionKey, force: Bool = false, then: @escaping (Result<Void, Failure>) -> Void
  ) {
    loop.assertCurrent()
    guard let state = sessions[key] else { return then(.success(())) }
    guard state.leases == 0 || force else { return then(.failure(Self.busy)) }
    var before: SessionState.Phase
    switch state.phase {
    case .opening:
      return state.waiting.append { _ in self.remove(key, force: force, then: then) }
    case .leaving:
      return state.afterwards.append { self.remove(key, force: force, then: then) }
    case .open, .closed: before = state.phase
    }
    state.phase = .leaving
    forget(state.session) { [self] result in
      switch result {
      case .success:
        if case .open = before { openFolders -= 1 }
        // What is still open of an image keeps its room.
        before = .closed
        sessions[key] = nil
        vacate(state, then)
      case .failure:
        // What the store still has would come back after a restart; so it stays.
        state.phase = before
        then(result)
      }
      let afterwards = state.afterwards
      state.afterwards = []
      for next in afterwards { next() }
    }
  }

  /// Has the store forget it, where it knows of it.
  func forget(_ session: Session, then: @escaping (Result<Void, Failure>) -> Void) {
    guard !session.isPassing else { return then(.success(())) }
    store.remove(session.key, then: loop.reply(then))
  }

  private func vacate(
    _ state: SessionState, _ then: @escaping (Result<Void, Failure>) -> Void
  ) {
    state.account.close()
    let folder = state.session.folder
    if state.leases == 0 { return removeFolder(folder, then) }
    state.onVacant = { self.removeFolder(folder, then) }
  }

  /// Removes what is a workspace in the root.
  func removeFolder(_ name: String, _ then: @escaping (Result<Void, Failure>) -> Void) {
    guard let images, images.isUsable, let image = ImageName(folder: name) else {
      return removeTree(name, then)
    }
    images.remove(image) { result in
      if case .failure = result { self.leftovers.insert(name) } else { self.leftovers.remove(name) }
      then(result)
    }
  }

  /// In slices, so that others get at the disk in between.
  private func removeTree(
    _ name: String, slices: Int = 0, _ then: @escaping (Result<Void, Failure>) -> Void
  ) {
    let root = root
    disk.run(
      { () throws(Failure) in
        // A tree that is still growing after so many is being written to.
        guard slices < 10_000 else {
          throw Failure(.conflict, "workspace-busy", "\(name): is written to while it is removed")
        }
        return try root.removeTree(try FolderPath(name), entries: 2000)
      },
      then: loop.reply { result in
        switch result {
        case .success(false): self.removeTree(name, slices: slices + 1, then)
        case .success(true):
          self.leftovers.remove(name)
          then(.success(()))
        case .failure(let failure):
          self.leftovers.insert(name)
          then(.failure(failure))
        }
      })
  }

  static let busy = Failure(
    .conflict, "workspace-busy",
    "a call runs in the workspace; wait for it, cancel it, or remove by force")
}
