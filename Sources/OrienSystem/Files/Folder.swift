import CLinux
import Glibc
package import OrienModel

/// An open directory. Whatever is reached through it lies beneath it: no `..`, no link of any
/// kind, no other mount can lead out, also while somebody else changes the tree.
package final class Folder: Sendable {
  private let descriptor: Descriptor
  /// Where it was when it was opened, for messages and for who mounts it; never opened again.
  package let path: String

  private init(_ descriptor: consuming Descriptor, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  package var raw: Int32 { descriptor.raw }

  /// Opens the directory at an absolute path, making what is missing of it with `mode` 0700.
  ///
  /// Refuses a component that is a link, or that somebody other than root or this user owns, or
  /// that others may write to (but for ancestors with the sticky bit, as `/tmp`): in such a place
  /// another user could swap what the node relies on.
  package convenience init(at path: String, creating: Bool = false) throws(Failure) {
    guard path.hasPrefix("/") else {
      throw Failure(.invalid, "path", "\(path): expected an absolute path")
    }
    let components = path.split(separator: "/").map(String.init)
    var current = try Self.check({ () throws(SystemError) in try Self.openRoot() }, "/")
    var walked = ""
    try Self.judge(current, "/", isLast: components.isEmpty)
    for (index, name) in components.enumerated() {
      walked += "/" + name
      let parent = current.raw
      if creating, mkdirat(parent, name, 0o700) != 0, errno != EEXIST {
        throw SystemError.last("mkdir").failure("making \(walked)")
      }
      current = try Self.check(
        { () throws(SystemError) in
          Descriptor(
            owning: try retrying("open") {
              linux_openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0)
            })
        }, walked)
      try Self.judge(current, walked, isLast: index == components.count - 1)
    }
    self.init(current, path: path)
  }

  private static func openRoot() throws(SystemError) -> Descriptor {
    Descriptor(
      owning: try retrying("open") {
        linux_openat(AT_FDCWD, "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
      })
  }

  private static func check(
    _ body: () throws(SystemError) -> Descriptor, _ path: String
  ) throws(Failure) -> Descriptor {
    do {
      return try body()
    } catch {
      if error.number == ENOTDIR || error.number == ELOOP {
        throw Failure(
          .denied, "untrusted-path", "\(path): expected a folder, found a link or a file")
      }
      throw error.failure("opening \(path)")
    }
  }

  private static func judge(
    _ descriptor: borrowing Descriptor, _ path: String, isLast: Bool
  ) throws(Failure) {
    let status: FileStatus
    do { status = try descriptor.status() } catch { throw error.failure("reading \(path)") }
    guard status.owner == 0 || status.owner == geteuid() else {
      throw Failure(
        .denied, "untrusted-path",
        "\(path): owned by user \(status.owner); expected root or user \(geteuid())")
    }
    let isOpen = status.mode & 0o022 != 0
    let isSticky = status.mode & 0o1000 != 0
    guard !isOpen || (isSticky && !isLast) else {
      throw Failure(
        .denied, "untrusted-path",
        "\(path): others may write to it (mode \(String(status.mode, radix: 8))); chmod go-w \(path)"
      )
    }
  }
}

extension Folder {
  /// Opens `path` beneath this folder with the flags of open(2), following no link and leaving no
  /// mount. The descriptor is close-on-exec and an opened FIFO does not block.
  package func open(
    _ path: String, _ flags: Int32, mode: UInt32 = 0
  ) throws(SystemError) -> Descriptor {
    let resolve = UInt64(
      RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV)
    let all = flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
    let raw = self.raw
    while true {
      let opened = linux_openat2(
        raw, path, UInt64(UInt32(bitPattern: all)), UInt64(mode), resolve)
      if opened >= 0 { return Descriptor(owning: opened) }
      // The kernel could not prove the path while the tree changed: EAGAIN asks for another try.
      if errno != EINTR && errno != EAGAIN { throw .last("openat2") }
    }
  }

  /// The folder of that name in it.
  package func folder(_ name: String) throws(SystemError) -> Folder {
    Folder(try open(name, O_RDONLY | O_DIRECTORY), path: self.path + "/" + name)
  }

  /// Makes a folder in it; EEXIST where there is something of that name.
  package func make(_ name: String, mode: UInt32 = 0o700) throws(SystemError) {
    let raw = self.raw
    try retrying("mkdirat") { mkdirat(raw, name, mode) }
  }

  package func rename(_ name: String, to other: String) throws(SystemError) {
    let raw = self.raw
    try retrying("renameat") { renameat(raw, name, raw, other) }
  }

  /// Removes a file of that name, never a folder.
  package func unlink(_ name: String) throws(SystemError) {
    let raw = self.raw
    try retrying("unlinkat") { unlinkat(raw, name, 0) }
  }

  /// Waits until its entries are on the disk.
  package func sync() throws(SystemError) {
    let raw = self.raw
    try retrying("fsync") { fsync(raw) }
  }
}
