import CLinux
import Glibc
package import OrienModel

/// A folder or socket of the machine's that somebody is to be shown: held as what it is, not by a name
/// that may lead elsewhere by then.
package final class HostPlace: Sendable {
  private let descriptor: Descriptor
  package var raw: Int32 { descriptor.raw }

  /// Refuses, as `untrusted-place`, a path with a link on it: it shows what whoever owns the link
  /// likes.
  package init(at path: String, isSocket: Bool) throws(Failure) {
    do throws(SystemError) {
      descriptor = Descriptor(
        owning: try retrying("opening") {
          linux_openat2(
            AT_FDCWD, path, UInt64(LINUX_O_PATH | O_CLOEXEC), 0,
            UInt64(RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS))
        })
    } catch {
      guard error.number == ELOOP else { throw Self.unavailable("\(path): \(error)") }
      let target = HostFile.resolved(path).map { "; it leads to \($0)" } ?? ""
      throw Failure(.denied, "untrusted-place", "\(path): there is a link on the way\(target)")
    }
    var status = stat()
    guard fstat(descriptor.raw, &status) == 0 else {
      throw SystemError.last("fstat").failure(path)
    }
    guard status.st_mode & S_IFMT == (isSocket ? S_IFSOCK : S_IFDIR) else {
      throw Self.unavailable("\(path): expected a \(isSocket ? "socket" : "folder")")
    }
  }

  private static func unavailable(_ message: String) -> Failure {
    Failure(.unavailable, "no-place", message)
  }
}
