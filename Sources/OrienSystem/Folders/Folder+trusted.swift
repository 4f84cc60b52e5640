import CLinux
import Glibc
package import OrienModel

extension Folder {
  /// Opens the directory at an absolute path, making what is missing of it with mode 0700.
  ///
  /// Refuses, as `untrusted-path`, a component that is a link, that somebody other than root or
  /// this user owns, or that others may write to (but for ancestors with the sticky bit, as
  /// `/tmp`): in such a place another user could swap what the node relies on.
  package convenience init(at path: String, creating: Bool = false) throws(Failure) {
    guard path.hasPrefix("/"), !path.utf8.contains(0) else {
      throw Failure(.invalid, "path-invalid", "\(path): expected an absolute path")
    }
    let names = path.split(separator: "/").map(String.init)
    var current = try Self.component("/", of: AT_FDCWD, walked: "/", isLast: names.isEmpty)
    var walked = ""
    for (index, name) in names.enumerated() {
      walked += "/" + name
      guard name != ".." else {
        throw Failure(.invalid, "path-invalid", "\(walked): expected a path without ..")
      }
      if creating, mkdirat(current.raw, name, 0o700) != 0, errno != EEXIST {
        throw SystemError.last("mkdir").failure("making \(walked)")
      }
      current = try Self.component(
        name, of: current.raw, walked: walked, isLast: index == names.count - 1)
    }
    self.init(current, path: names.isEmpty ? "/" : walked)
  }

  private static func component(
    _ name: String, of parent: Int32, walked: String, isLast: Bool
  ) throws(Failure) -> Descriptor {
    let fault: String?
    do throws(SystemError) {
      // An ancestor needs only be passed through: one that may not be listed will do.
      let access = isLast ? O_RDONLY : LINUX_O_PATH
      let opened = Descriptor(
        owning: try retrying("open") {
          linux_openat(parent, name, access | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0)
        })
      fault = distrust(try opened.status(), walked, isLast: isLast)
      if fault == nil { return opened }
    } catch {
      if error.number == ENOTDIR || error.number == ELOOP {
        throw untrusted("\(walked): expected a folder, found a link or a file")
      }
      throw error.failure("opening \(walked)")
    }
    throw untrusted(fault ?? walked)
  }

  /// Why a folder is not to be trusted; nil where it is.
  private static func distrust(_ status: FileStatus, _ path: String, isLast: Bool) -> String? {
    guard User.trusts(status.owner) else {
      return "\(path): owned by user \(status.owner); expected root or user \(geteuid())"
    }
    let isOpen = status.mode & 0o022 != 0
    let isSticky = status.mode & 0o1000 != 0
    guard isOpen, !isSticky || isLast else { return nil }
    let mode = String(status.mode, radix: 8)
    return "\(path): others may write to it (mode \(mode)); chmod go-w \(path)"
  }

  private static func untrusted(_ message: String) -> Failure {
    Failure(.denied, "untrusted-path", message)
  }
}
