import CLinux
import Glibc

/// How full a file system is.
package struct DiskRoom: Sendable, Equatable {
  /// What it holds, and what more anybody but root could write.
  package var usedBytes: UInt64
  package var availableBytes: UInt64
  /// Files and folders that it has, and those that the file system keeps for itself.
  package var usedFiles: UInt64
  package var files: UInt64
}

extension Folder {
  /// Of the file system that it lies on. Does not wait for the disk.
  package func room() throws(SystemError) -> DiskRoom {
    var status = statvfs()
    try retrying("fstatvfs") { fstatvfs(raw, &status) }
    let block = UInt64(status.f_frsize)
    return DiskRoom(
      usedBytes: (UInt64(status.f_blocks) - UInt64(status.f_bfree)) * block,
      availableBytes: UInt64(status.f_bavail) * block,
      usedFiles: UInt64(status.f_files) - UInt64(status.f_ffree),
      files: UInt64(status.f_files))
  }

  /// One that somebody else has opened, who says where it is.
  package convenience init(opened: consuming Descriptor, path: String) {
    self.init(opened, path: path)
  }
}
