import CLinux
import Glibc

/// An open directory. Whatever is reached through it lies beneath it: no `..`, no link of any
/// kind, no other mount can lead out, also while somebody else changes the tree.
///
/// Its functions may be called from any thread, and block for the disk.
package final class Folder: Sendable {
  private let held: Descriptor
  /// Where it was when it was opened, for messages and for who mounts it; never opened again.
  package let path: String

  init(_ descriptor: consuming Descriptor, path: String) {
    held = descriptor
    self.path = path
  }

  package var raw: Int32 { held.raw }

  package func status() throws(SystemError) -> FileStatus { try held.status() }

  /// Opens `path` beneath this folder with the flags of open(2), following no link and leaving no
  /// mount. The descriptor is close-on-exec, no FIFO blocks it and no terminal takes the node over.
  func open(
    _ path: FolderPath, _ flags: Int32, mode: UInt32 = 0
  ) throws(SystemError) -> Descriptor {
    // O_PATH opens nothing, and takes no flag that says how; nor does a mode go with what makes
    // nothing.
    let manner = flags & LINUX_O_PATH == 0 ? O_NOCTTY | O_NONBLOCK : 0
    let isMaking = flags & (O_CREAT | LINUX_O_TMPFILE & ~O_DIRECTORY) != 0
    let all = UInt64(UInt32(bitPattern: flags | manner | O_CLOEXEC))
    // The kernel may be unable to prove a path while the tree changes, and asks for another try.
    var tries = 0
    while true {
      let opened = linux_openat2(
        raw, path.cString, all, isMaking ? UInt64(mode) : 0, Self.beneath)
      if opened >= 0 {
        let made = Descriptor(owning: opened)
        if isMaking { try made.hand(toOwnerOf: raw) }
        return made
      }
      tries += 1
      guard errno == EINTR || (errno == EAGAIN && tries < 128) else { throw .last("openat2") }
    }
  }

  private static let beneath = UInt64(
    RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV)

  /// The same of something that is there, for who must not wait for the disk: nil where the kernel
  /// has not all of the path in memory, or is one before 5.12, and where it cannot be opened.
  func openAtHand(_ path: FolderPath, _ flags: Int32) -> Descriptor? {
    let all = UInt64(UInt32(bitPattern: flags | O_CLOEXEC))
    let opened = linux_openat2(raw, path.cString, all, 0, Self.beneath | UInt64(RESOLVE_CACHED))
    return opened >= 0 ? Descriptor(owning: opened) : nil
  }
}

extension Folder {
  /// Another opening of this folder, for who shall stand in it or read it from its beginning.
  package func descriptor() throws(SystemError) -> Descriptor {
    try open(.here, O_RDONLY | O_DIRECTORY)
  }

  /// The folder of that path in it.
  package func folder(_ path: FolderPath) throws(SystemError) -> Folder {
    Folder(try open(path, O_RDONLY | O_DIRECTORY), path: self.path + "/" + path.text)
  }

  /// A folder in it for a moment's use: deep in a tree a path would be long, and nobody asks.
  func inner(_ name: FolderPath) throws(SystemError) -> Folder {
    Folder(try open(name, O_RDONLY | O_DIRECTORY), path: path)
  }

  /// Makes a folder in it; EEXIST where there is something of that name.
  package func make(_ name: FolderPath, mode: UInt32 = 0o700) throws(SystemError) {
    precondition(name.depth == 1, "a folder is made in its parent")
    try retrying("mkdirat") { mkdirat(raw, name.cString, mode) }
    if User.served != nil { try open(name, O_RDONLY | O_DIRECTORY).hand(toOwnerOf: raw) }
  }

  /// Gives an entry another name, over whatever file had that.
  package func rename(_ name: FolderPath, to other: FolderPath) throws(SystemError) {
    precondition(name.depth == 1 && other.depth == 1, "entries of one folder change names")
    try retrying("renameat") { renameat(raw, name.cString, raw, other.cString) }
  }

  /// Removes a file, link, socket or FIFO of that name, never a folder.
  package func unlink(_ name: FolderPath) throws(SystemError) {
    precondition(name.depth == 1, "a file is unlinked in its folder")
    try retrying("unlinkat") { unlinkat(raw, name.cString, 0) }
  }

  /// Removes an empty folder of that name.
  package func removeFolder(_ name: FolderPath) throws(SystemError) {
    precondition(name.depth == 1, "a folder is removed in its parent")
    try retrying("unlinkat") { unlinkat(raw, name.cString, AT_REMOVEDIR) }
  }

  /// What the kernel knows of an entry; of a link, not of where it leads.
  package func status(of name: FolderPath) throws(SystemError) -> FileStatus {
    precondition(name.depth == 1, "an entry is looked up in its folder")
    var status = stat()
    try retrying("fstatat") { fstatat(raw, name.cString, &status, AT_SYMLINK_NOFOLLOW) }
    return FileStatus(status)
  }

  /// The same without waiting for the disk; nil where that would have to be.
  package func statusAtHand(of name: FolderPath) -> FileStatus? {
    guard let entry = openAtHand(name, LINUX_O_PATH | O_NOFOLLOW) else { return nil }
    return try? entry.status()
  }

  /// Nil where nothing has the name.
  package func statusIfAny(of name: FolderPath) throws(SystemError) -> FileStatus? {
    do throws(SystemError) {
      return try status(of: name)
    } catch {
      if error.number == ENOENT { return nil }
      throw error
    }
  }

  /// Waits until its entries are on the disk.
  package func sync() throws(SystemError) {
    try retrying("fsync") { fsync(raw) }
  }
}
