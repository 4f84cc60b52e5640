import CLinux
import Glibc

/// What the kernel knows of a file: the part that decides whether it is to be trusted or served.
package struct FileStatus: Sendable, Equatable {
  package var kind: Kind
  package var bytes: Int64
  /// What it takes on the disk, holes left out.
  package var allocatedBytes: Int64
  /// What the file system hands out at a time.
  package var blockBytes: Int64
  package var links: UInt64
  package var owner: UInt32
  /// The permission bits, set-id and sticky ones included.
  package var mode: UInt32
  package var device: UInt64
  package var inode: UInt64
  package var modifiedNanoseconds: Int64
  /// When bytes or attributes changed last; only the kernel sets it.
  package var changedNanoseconds: Int64

  package enum Kind: Sendable { case regular, folder, link, device, other }

  init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .folder
      case S_IFLNK: .link
      case S_IFCHR, S_IFBLK: .device
      default: .other
      }
    bytes = Int64(status.st_size)
    allocatedBytes = Int64(status.st_blocks) * 512
    blockBytes = Int64(status.st_blksize)
    links = UInt64(status.st_nlink)
    owner = status.st_uid
    mode = status.st_mode & 0o7777
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    modifiedNanoseconds = status.st_mtim.nanoseconds
    changedNanoseconds = status.st_ctim.nanoseconds
  }
}

extension timespec {
  fileprivate var nanoseconds: Int64 { Int64(tv_sec) * 1_000_000_000 + Int64(tv_nsec) }
}
