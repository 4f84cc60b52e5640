import CLinux
import Glibc
package import OrienModel

/// What one process at a time may hold: an advisory lock on a file that names its holder. The
/// kernel gives it back when the process ends, however it ends.
package final class FileLock: Sendable {
  private let descriptor: Descriptor

  /// Takes the lock on `name` in `folder`, or fails with the holder's process id.
  package init(_ name: FolderPath, in folder: Folder) throws(Failure) {
    let path = folder.path + "/" + name.text
    do throws(SystemError) {
      descriptor = try folder.open(name, O_RDWR | O_CREAT, mode: 0o600)
    } catch {
      throw error.failure("opening \(path)")
    }
    let raw = descriptor.raw
    do throws(SystemError) {
      try retrying("flock") { flock(raw, LOCK_EX | LOCK_NB) }
    } catch {
      guard error.number == EWOULDBLOCK else { throw error.failure("locking \(path)") }
      let holder = (try? descriptor.readAll(atMost: 20)) ?? []
      let digits = String(decoding: holder.prefix { $0.isASCIIDigit }, as: UTF8.self)
      throw Failure(
        .conflict, "in-use",
        "\(folder.path) is in use by another process" + (digits.isEmpty ? "" : " (pid \(digits))"))
    }
    do throws(SystemError) {
      try retrying("ftruncate") { ftruncate(raw, 0) }
      try descriptor.writeAll(Array("\(getpid())\n".utf8))
    } catch {
      throw error.failure("writing \(path)")
    }
  }
}
