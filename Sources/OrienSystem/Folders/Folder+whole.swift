import CLinux
import Glibc
package import OrienModel

// Files of a folder that only the node writes to, each read and written as a whole.

extension Folder {
  /// Whether there is anything of that name.
  package func has(_ name: FolderPath) throws(Failure) -> Bool {
    do throws(SystemError) {
      _ = try status(of: name)
      return true
    } catch {
      if error.number == ENOENT { return false }
      throw failure(error, name)
    }
  }

  /// The first `bytes` of a file; nil where there is none of that name, or no more.
  package func contents(of name: FolderPath, atMost bytes: Int) throws(Failure) -> [UInt8]? {
    guard let file = try fileIfAny(name) else { return nil }
    do { return try file.readAll(atMost: bytes) } catch { throw failure(error, name) }
  }

  private func fileIfAny(_ name: FolderPath) throws(Failure) -> Descriptor? {
    do throws(Failure) { return try file(name) } catch {
      if error.code == .notFound { return nil }
      throw error
    }
  }

  /// Writes a file in one step: whatever happens meanwhile, it is whole afterwards or as before.
  package func replace(
    _ name: FolderPath, with bytes: [UInt8], mode: UInt32 = 0o600
  ) throws(Failure) {
    let draft = try FolderPath(name.text + ".new")
    try discard(draft)
    let file = try file(draft, for: .create)
    let raw = file.raw
    do throws(SystemError) {
      try retrying("fchmod") { fchmod(raw, mode) }
      try file.writeAll(bytes)
      try file.sync()
      try rename(draft, to: name)
      try sync()
    } catch {
      throw failure(error, name)
    }
  }

  /// Removes a file if it is there.
  package func discard(_ name: FolderPath) throws(Failure) {
    do throws(SystemError) {
      try unlink(name)
    } catch {
      if error.number != ENOENT { throw failure(error, name) }
    }
  }

  /// Sees to it that a file of that size is there and has its room on the disk; failure `full`
  /// where there is none, and then there is no such file.
  package func reserve(_ name: FolderPath, bytes: Int64) throws(Failure) {
    let file = try file(name, for: .append)
    let failed = posix_fallocate(file.raw, 0, Int(bytes))
    guard failed == 0 else {
      try discard(name)
      throw failure(SystemError("posix_fallocate", failed), name)
    }
  }

  /// Bytes that this user may still write to its disk.
  package func freeBytes() throws(SystemError) -> UInt64 {
    var figures = statvfs()
    try retrying("fstatvfs") { fstatvfs(raw, &figures) }
    return UInt64(figures.f_bavail) * UInt64(figures.f_frsize)
  }
}
