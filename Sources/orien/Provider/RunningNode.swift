import OrienLedger
import OrienModel
import OrienSystem

/// The node that runs on a state folder: whoever holds the ledger's lock, which the kernel takes back
/// when that process ends. A number that stands in a file somewhere proves nothing.
struct RunningNode {
  let process: OtherProcess

  /// Nil where none runs.
  init?(on stateFolder: String) throws(Failure) {
    guard HostFile.kind(at: stateFolder) == .folder else { return nil }
    let folder = try Folder(at: stateFolder)
    guard let pid = try StateFolder.user(of: folder) else { return nil }
    guard pid > 0 else {
      throw Failure(
        .conflict, "in-use", "\(stateFolder) is in use by a process that does not say which it is")
    }
    let process: OtherProcess?
    do throws(SystemError) { process = try OtherProcess(pid: pid) } catch {
      throw error.failure("looking at process \(pid)")
    }
    // Asked again with the process in hand: had it ended between, its number could be another's by now,
    // which does not hold the lock.
    guard let process, try StateFolder.user(of: folder) == pid else { return nil }
    self.process = process
  }

  enum End: Sendable { case ended, killed }

  /// Asks it to end, and ends it where it has not within that time.
  func end(within patience: Duration, _ progress: Progress) throws(Failure) -> End {
    do throws(SystemError) {
      try process.terminate()
      if try hasEnded(within: patience, progress) { return .ended }
      try process.kill()
      if try hasEnded(within: .seconds(10), progress) { return .killed }
    } catch {
      throw error.failure("ending process \(process.pid)")
    }
    throw Failure(
      .unavailable, "not-ended", "process \(process.pid) was killed and has not ended yet")
  }

  private func hasEnded(
    within patience: Duration, _ progress: Progress
  ) throws(SystemError) -> Bool {
    let deadline = Instant.now + patience
    repeat {
      if try process.hasEnded(by: min(deadline, .now + .milliseconds(500))) { return true }
      progress.wait(.zero)
    } while Instant.now < deadline
    return false
  }
}
