package import OrienModel
import OrienSystem

/// A call whose programs wait for room on the disk.
struct RoomWaiter {
  let lease: WorkspaceLease
  let timer: Timer
  let then: (Result<Void, Failure>) -> Void
}

extension WorkspaceLease {
  /// From here on the call's programs may write to the workspace, as much as it may hold: answers when
  /// the disk beneath it has room for that, beside what others may write. Whoever asked first has it
  /// first. Fails where the disk would not have it either if nobody else wrote, and when `patience`
  /// is over.
  package func makeRoom(
    within patience: Duration, then: @escaping (Result<Void, Failure>) -> Void
  ) {
    workspaces.makeRoom(for: self, within: patience, then)
  }

  /// The same for who cannot wait.
  package func claimRoom() throws(Failure) {
    guard try workspaces.takeRoom(for: self) else { throw Workspaces.crowded }
  }

  /// Who still waits for it is answered with a failure.
  package func forgoRoom() { workspaces.giveUp(self, Workspaces.forgone) }
}

// What programs may write into images, which are holes for the most part, is promised to them: the disk
// has it when they write it. A call that waits for its slot has no promise yet.

extension Workspaces {
  fileprivate func makeRoom(
    for lease: WorkspaceLease, within patience: Duration,
    _ then: @escaping (Result<Void, Failure>) -> Void
  ) {
    do throws(Failure) {
      // Nobody passes those who wait, but who wants nothing that they wait for.
      let wantsNone = lease.state.session.image == nil || lease.state.isPromised
      if wantsNone || roomLine.isEmpty, try takeRoom(for: lease) {
        return then(.success(()))
      }
      let timer = loop.schedule(after: patience) { [self] in giveUp(lease, Self.crowded) }
      roomLine.append(RoomWaiter(lease: lease, timer: timer, then: then))
    } catch {
      then(.failure(error))
    }
  }

  /// Promises a call what its workspace may still hold; false where others have to end before.
  fileprivate func takeRoom(for lease: WorkspaceLease) throws(Failure) -> Bool {
    let state = lease.state
    guard !lease.isPromised else { return true }
    guard state.session.image != nil, let hostDisk else { return true }
    if !state.isPromised {
      switch hostDisk.room(for: state.account.left) {
      case .now: break
      case .later: return false
      case .never: throw hostDisk.full
      }
    }
    lease.isPromised = true
    state.promises += 1
    if state.promises == 1 { noteWriters(state) }
    return true
  }

  /// Takes back what the call was promised. To be called once nothing of it runs any more.
  func takeBackRoom(of lease: WorkspaceLease) {
    guard lease.isPromised else { return }
    lease.isPromised = false
    lease.state.promises -= 1
    guard lease.state.promises == 0 else { return }
    noteWriters(lease.state)
    // Not within the end of another call.
    loop.soon { self.serveRoomLine() }
  }

  private func serveRoomLine() {
    while let first = roomLine.first {
      let result: Result<Void, Failure>
      do throws(Failure) {
        guard try takeRoom(for: first.lease) else { return }
        result = .success(())
      } catch {
        result = .failure(error)
      }
      roomLine.removeFirst()
      first.timer.cancel()
      first.then(result)
    }
  }

  fileprivate func giveUp(_ lease: WorkspaceLease, _ failure: Failure) {
    guard let place = roomLine.firstIndex(where: { $0.lease === lease }) else { return }
    let waiter = roomLine.remove(at: place)
    waiter.timer.cancel()
    waiter.then(.failure(failure))
    // Whoever stood behind it may need less.
    loop.soon { self.serveRoomLine() }
  }

  fileprivate static let crowded = Failure(
    .full, "disk-crowded",
    "the disk beneath the workspaces had no room in time beside what other calls may write; make "
      + "room on it, or lower WORKSPACE_BYTES or MAX_CONCURRENT")
  fileprivate static let forgone = Failure(
    .cancelled, "cancelled", "it waited for room on the disk")
}
