package import OrienModel
package import OrienSystem

/// What lies in a workspace, counted in bytes and in entries of any kind, folders included.
///
/// A file counts its bytes, but no hole: a sparse one counts what it occupies. What it occupies
/// beyond its last block, reserved and invisible, counts too. Folders and links count as entries
/// alone. A file with two names counts once. So the disk holds at most the bytes counted and a
/// block for each entry.
package struct DiskUsage: Sendable, Equatable {
  package var bytes: UInt64
  package var files: UInt64

  package init(bytes: UInt64 = 0, files: UInt64 = 0) {
    self.bytes = bytes
    self.files = files
  }

  /// Counts everything beneath `folder`, and stops once that is more than `limit`: then the
  /// answer exceeds it, and says no more. Folders nested deeper than 4096 are more than any limit,
  /// because to find them again and again would take the node longer than to make them.
  ///
  /// A file without a name that a program holds open is not seen. Blocks for the disk.
  package static func measure(_ folder: Folder, upTo limit: DiskUsage) throws(Failure) -> DiskUsage
  {
    let walk = try FolderWalk(folder, maximumDepth: 4096)
    var usage = DiskUsage()
    var seen: Set<UInt64> = []
    while let entry = try walk.next() {
      usage.files += 1
      let isLinked = entry.status.kind == .regular && entry.status.links > 1
      if !isLinked || seen.insert(entry.status.inode).inserted {
        usage.bytes = usage.bytes.saturatingAdd(bytes(of: entry.status))
      }
      if usage.exceeds(limit) { break }
    }
    if walk.isCut { usage.files = .max }
    return usage
  }

  /// What one entry counts.
  static func bytes(of file: FileStatus) -> UInt64 {
    guard file.kind == .regular else { return 0 }
    let size = UInt64(clamping: file.bytes)
    let occupied = UInt64(clamping: file.allocatedBytes)
    let block = UInt64(clamping: max(1, file.blockBytes))
    return occupied > size.saturatingAdd(block) ? occupied : min(size, occupied)
  }

  package func exceeds(_ limit: DiskUsage) -> Bool {
    bytes > limit.bytes || files > limit.files
  }

  /// The smaller of each.
  func least(_ other: DiskUsage) -> DiskUsage {
    DiskUsage(bytes: min(bytes, other.bytes), files: min(files, other.files))
  }

  static func + (a: Self, b: Self) -> Self {
    DiskUsage(bytes: a.bytes.saturatingAdd(b.bytes), files: a.files.saturatingAdd(b.files))
  }

  /// Not below nothing: what was counted and what is found again need not be the same.
  static func - (a: Self, b: Self) -> Self {
    DiskUsage(
      bytes: a.bytes - min(a.bytes, b.bytes), files: a.files - min(a.files, b.files))
  }
}
