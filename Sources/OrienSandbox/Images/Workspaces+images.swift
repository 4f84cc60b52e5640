package import OrienModel
import OrienSystem

// What workspaces that are images want beyond what all want.

extension Workspaces {
  /// What new ones are held by, for whoever asks; and why it is not by more.
  package var enforcement: (means: Enforcement, whyNotMore: String?) {
    switch images?.verdict {
    case .usable: (images?.makesNew == true ? .image : .count, images?.whyNoNew)
    case .unusable(let why): (.count, why)
    case nil: (.count, nil)
    }
  }

  /// Whether the node can be what was asked for, now that there is a verdict on images. To be called
  /// before any session is adopted or opened.
  package func begin(as quota: WorkspaceQuota) throws(Failure) {
    guard quota != .count, let images, let hostDisk else { return }
    if case .unusable(let why) = images.verdict, quota == .image {
      throw Failure(
        .unavailable, "images-unusable",
        "WORKSPACE_QUOTA=image, and images cannot be mounted here: \(why)")
    }
    if quota == .auto, !hostDisk.fits(limits.usage.bytes) {
      images.whyNoNew =
        "the disk has no room for \(limits.usage.bytes) bytes beside a reserve of "
        + "\(HostDisk.reserveBytes)"
    }
    if images.makesNew { hostDisk.begin() }
  }

  func openImage(_ name: ImageName, of state: SessionState, making: Bool) {
    guard let images else {
      return hasOpened(state, making: making, .failure(Self.withoutImages))
    }
    images.open(name, making: making) { [self] result in
      let (root, session, account, limits) = (root, state.session, state.account, limits)
      guard case .success(let folder) = result else {
        return hasOpened(state, making: making, result.map { _ in preconditionFailure() })
      }
      do throws(Failure) {
        let workspace = Workspace(
          session, folder, account, limits, image: try ImagePlace(session, in: root),
          isHeld: try ImagePlace.holds(folder, to: limits.usage))
        if workspace.measureAtHand() != nil {
          return hasOpened(state, making: making, .success(workspace))
        }
        disk.run(
          { () throws(Failure) in
            _ = try workspace.measure()
            return workspace
          }, then: loop.reply { self.hasOpened(state, making: making, $0) })
      } catch {
        hasOpened(state, making: making, .failure(error))
      }
    }
  }

  /// Lets go of its folder. Who still holds it may go on with it.
  func close(_ state: SessionState) {
    state.phase = .closed
    openFolders -= 1
    if let image = state.session.image { images?.close(image) }
  }

  /// A mount is more than a descriptor: those that nobody uses are not kept until there are many.
  func closeIdleImages() {
    for state in sessions.values where state.session.image != nil && state.isOpen {
      let idle = limits.idle - state.expiresAt.since(loop.now)
      let isUsed = state.leases > 0 || !state.waiting.isEmpty || state.isMeasuring
      if !isUsed, idle >= limits.mounted { close(state) }
    }
  }

  /// To be called when the first call is promised room in it, and when the last one has ended.
  func noteWriters(_ state: SessionState) {
    guard state.session.image != nil else { return }
    let key = state.session.key
    if state.isPromised {
      writers[key] = state
    } else if writers[key] === state {
      writers[key] = nil
      trim(state)
    }
    renewPromise()
  }

  private func renewPromise() {
    hostDisk?.promise(writers.values.reduce(0) { $0.saturatingAdd($1.account.left) })
  }

  /// A count is news of what may still be written, and of what is held for nothing.
  func noteCount(_ state: SessionState, _ found: Measurement) {
    guard state.session.image != nil else { return }
    state.wastedBytes = found.wastedBytes
    state.isPromised ? renewPromise() : trim(state)
  }

  /// Where nobody writes, what is held for nothing goes back to the disk.
  private func trim(_ state: SessionState) {
    guard state.wastedBytes > limits.wastedBytes, state.isOpen, let image = state.session.image
    else { return }
    state.wastedBytes = 0
    images?.trim(image)
  }

  private static let withoutImages = Failure(
    .unavailable, "images-unusable",
    "the workspace is an image, and WORKSPACE_QUOTA=count mounts none")
}

extension Workspace {
  /// What a call is held to by counting: nothing that its image holds it to.
  func bound(on limit: DiskUsage) -> DiskUsage {
    let own = account.limit
    guard isHeld else { return limit.least(own) }
    return DiskUsage(
      bytes: limit.bytes < own.bytes ? limit.bytes : .max,
      files: limit.files < own.files ? limit.files : .max)
  }
}
