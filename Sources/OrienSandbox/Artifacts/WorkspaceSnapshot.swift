import OrienModel
import OrienSystem

/// What lies in a workspace, or in one folder of it, before a call begins: what its artifacts are
/// told by.
///
/// A file is what the kernel says that it is: its number, its length, and when it was last changed,
/// which nobody but the kernel can set. Its clock ticks slowly, so of what has just been changed the
/// bytes are taken too.
package final class WorkspaceSnapshot: Sendable {
  let folder: FolderPath?
  private let files: [FolderPath: Known]
  /// There was more than is looked at.
  let isCut: Bool

  private struct Known {
    var status: FileStatus
    /// Of a file that had just been changed; nil where it is too long to be read, too.
    var sha256: String?
    var isFresh: Bool
  }

  /// Older kernels' clocks tick 100 times a second.
  private static let tick: Int64 = 50_000_000

  /// Blocks.
  init(of workspace: Workspace, in folder: FolderPath?) throws(Failure) {
    self.folder = folder
    var found: [FolderPath: Known] = [:]
    var budget = workspace.limits.hashedBytes
    isCut = try workspace.eachFile(in: folder) { (path, status) throws(Failure) in
      guard status.kind == .regular else {
        found[path] = Known(status: status, isFresh: false)
        return
      }
      var known = Known(status: status, isFresh: Self.isFresh(status))
      if known.isFresh { known.sha256 = try? workspace.hash(path, budget: &budget)?.sha256 }
      found[path] = known
    }
    files = found
  }

  /// Whether this is not what was there. Blocks where the kernel's word does not tell.
  func hasChanged(_ path: FolderPath, _ status: FileStatus, in workspace: Workspace) -> Bool {
    guard let known = files[path], known.status.isSame(as: status) else { return true }
    guard known.isFresh else { return false }
    var budget = workspace.limits.hashedBytes
    guard let before = known.sha256, let now = try? workspace.hash(path, budget: &budget) else {
      return true
    }
    return before != now.sha256
  }

  private static func isFresh(_ status: FileStatus) -> Bool {
    Timestamp.now.microseconds * 1000 - status.changedNanoseconds < tick
  }
}

extension FileStatus {
  fileprivate func isSame(as other: FileStatus) -> Bool {
    kind == other.kind && inode == other.inode && bytes == other.bytes
      && changedNanoseconds == other.changedNanoseconds
  }
}
