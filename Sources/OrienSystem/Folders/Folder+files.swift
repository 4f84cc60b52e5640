import CLinux
import Glibc
package import OrienModel

/// What a file is opened for.
package enum FileAccess: Sendable {
  case read
  /// Made, or emptied.
  case replace
  /// Made, or written on at its end.
  case append
  /// Made; refused where something of that name is there.
  case create
}

extension Folder {
  /// Opens a regular file that has this name and no other.
  ///
  /// A second name is refused because it may be one outside: a hard link is no link to the kernel,
  /// and leads out of any folder. What the file is, is asked of the open descriptor, so that no
  /// swap comes between the question and the use. Failures: `not-found`, `not-a-file`,
  /// `path-escape`, `path-too-long`, `not-permitted`, `disk-full`.
  package func file(
    _ path: FolderPath, for access: FileAccess = .read
  ) throws(Failure) -> Descriptor {
    do throws(SystemError) {
      let file = try open(path, access.flags, mode: 0o600)
      try requireLone(try file.status(), path)
      // Emptied only now: O_TRUNC would have emptied what is refused above.
      if access == .replace { try file.empty() }
      return file
    } catch {
      throw failure(error, path)
    }
  }

  /// Whether `file` would open it to be read, without waiting for the disk; false where that would
  /// have to be, too.
  package func hasFileAtHand(_ path: FolderPath) -> Bool {
    guard let file = openAtHand(path, FileAccess.read.flags | O_NOCTTY | O_NONBLOCK) else {
      return false
    }
    do throws(SystemError) {
      try requireLone(try file.status(), path)
      return true
    } catch {
      return false
    }
  }

  private func requireLone(_ status: FileStatus, _ path: FolderPath) throws(SystemError) {
    guard status.kind == .regular else { throw SystemError("file", EISDIR) }
    guard status.links == 1 else {
      throw SystemError("file", status.links == 0 ? ENOENT : EMLINK)
    }
  }

  /// Removes a file, or whatever has the name but a folder, and returns what it was.
  package func removeFile(_ path: FolderPath) throws(Failure) -> FileStatus {
    let (folders, name) = path.split
    do throws(SystemError) {
      var parent = self
      for name in folders { parent = try parent.inner(name) }
      let status = try parent.status(of: name)
      guard status.kind != .folder else { throw SystemError("unlinkat", EISDIR) }
      try parent.unlink(name)
      return status
    } catch {
      throw failure(error, path)
    }
  }

  /// What an error means to who named `path`.
  func failure(_ error: SystemError, _ path: FolderPath) -> Failure {
    let shown = path.text
    return switch error.number {
    case ENOENT, ENOTDIR: Failure(.notFound, "not-found", "\(shown): there is no such file")
    case EEXIST: Failure(.conflict, "exists", "\(shown): is there already")
    // ENXIO: a socket, or a FIFO that nobody reads.
    case EISDIR, ENXIO: Failure(.invalid, "not-a-file", "\(shown): expected a regular file")
    case EMLINK:
      Failure(.invalid, "not-a-file", "\(shown): has a second name (hard link), copy it instead")
    case ELOOP, EXDEV: Failure(.invalid, "path-escape", "\(shown): leads through a link or mount")
    case ENAMETOOLONG: Failure(.invalid, "path-too-long", "\(shown.prefix(64))...: is too long")
    case EACCES, EPERM: Failure(.denied, "not-permitted", "\(shown): its mode forbids this")
    case ETXTBSY: Failure(.conflict, "busy", "\(shown): is running as a program")
    case EAGAIN: Failure(.conflict, "busy", "\(shown): its folders were renamed meanwhile")
    default: error.failure(shown)
    }
  }
}

extension FileAccess {
  fileprivate var flags: Int32 {
    switch self {
    case .read: O_RDONLY
    case .replace: O_WRONLY | O_CREAT
    case .append: O_WRONLY | O_CREAT | O_APPEND
    case .create: O_RDWR | O_CREAT | O_EXCL
    }
  }
}
