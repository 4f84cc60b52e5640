import CLinux
import Glibc
package import OrienModel

// How a folder that was root's becomes a user's.

extension Folder {
  /// Gives what root has in this folder to `account`, and the folder itself last, so that whoever dies
  /// meanwhile has it all done once more. Nothing is done where the folder is his already: from then on
  /// he could have put anything there. No link is followed, no mount entered, and what is beneath a
  /// path for which `isLeft` says so stays as it is.
  ///
  /// Answers how many entries lie too deep to be reached, which stay root's.
  package func hand(
    to account: UserAccount, except isLeft: (FolderPath) -> Bool = { _ in false }
  ) throws(Failure) -> Int {
    let owner: UInt32
    do throws(SystemError) { owner = try status().owner } catch { throw error.failure(path) }
    if owner == account.id { return 0 }
    guard owner == 0 else {
      throw Failure(
        .denied, "untrusted-path",
        "\(path): owned by user \(owner); expected root or \(account.name), user \(account.id)")
    }
    var tooDeep = 0
    let walk = try FolderWalk(self)
    while let entry = try walk.next() {
      guard let path = walk.path(of: entry.name) else {
        tooDeep += 1
        continue
      }
      if !isLeft(path) { try give(path, to: account) }
    }
    try give(.here, to: account)
    return tooDeep
  }

  private func give(_ entry: FolderPath, to account: UserAccount) throws(Failure) {
    let emptyPath: Int32 = 0x1000
    do throws(SystemError) {
      let held = try open(entry, LINUX_O_PATH | O_NOFOLLOW)
      guard try held.status().owner == 0 else { return }
      let raw = held.raw
      try retrying("fchownat") { fchownat(raw, "", account.id, account.group, emptyPath) }
    } catch {
      // Gone since, or where something else is mounted.
      guard ![ENOENT, EXDEV].contains(error.number) else { return }
      throw error.failure("giving \(path)/\(entry) to \(account.name)")
    }
  }

  /// Makes the folder root's to change, and what is in it and the folder itself that group's to read.
  package func keep(readableBy group: UInt32) throws(Failure) {
    do throws(SystemError) {
      let raw = self.raw
      try retrying("fchown") { fchown(raw, 0, group) }
      try retrying("fchmod") { fchmod(raw, 0o750) }
    } catch {
      throw error.failure("letting others read \(path)")
    }
    let walk = try FolderWalk(self)
    while let entry = try walk.next() {
      guard let path = walk.path(of: entry.name) else { continue }
      try letRead(path, entry.status.kind)
    }
  }

  private func letRead(_ entry: FolderPath, _ kind: FileStatus.Kind) throws(Failure) {
    guard kind == .regular || kind == .folder else { return }
    do throws(SystemError) {
      let raw = try open(entry, O_RDONLY | O_NOFOLLOW).release()
      let opened = Descriptor(owning: raw)
      let mode: mode_t = kind == .folder ? 0o755 : 0o644
      try retrying("fchmod") { fchmod(opened.raw, mode) }
    } catch {
      guard error.number != ENOENT else { return }
      throw error.failure("letting others read \(path)/\(entry)")
    }
  }
}
