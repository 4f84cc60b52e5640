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
      let holder = Self.process(in: descriptor)
      throw Failure(
        .conflict, "in-use",
        "\(folder.path) is in use by another process" + (holder == 0 ? "" : " (pid \(holder))"))
    }
    do throws(SystemError) {
      try descriptor.rewrite(Array("\(getpid())\n".utf8))
    } catch {
      throw error.failure("writing \(path)")
    }
  }

  /// What was started and has not got to its own program yet shares the open file: closing it here
  /// would leave the lock taken for that long.
  deinit { flock(descriptor.raw, LOCK_UN) }

  /// The process that has the lock now, 0 where it does not say which it is; nil: none has.
  package static func holder(of name: FolderPath, in folder: Folder) throws(Failure) -> Int32? {
    do throws(SystemError) {
      guard try folder.statusIfAny(of: name) != nil else { return nil }
      let file = try folder.open(name, O_RDONLY)
      return try file.lock(.shared, until: .now) ? nil : process(in: file)
    } catch {
      throw error.failure("asking for \(folder.path)/\(name)")
    }
  }

  /// Who holds it, or held it last, where who does now has not got that far; 0: nobody ever did.
  private static func process(in file: borrowing Descriptor) -> Int32 {
    let text = (try? file.readAll(atMost: 20)) ?? []
    return Int32(String(decoding: text.prefix { $0.isASCIIDigit }, as: UTF8.self)) ?? 0
  }
}
