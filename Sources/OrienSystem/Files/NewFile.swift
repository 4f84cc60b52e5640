import CLinux
import Glibc
package import OrienModel

/// A file that has no name until it is whole: what is dropped before leaves nothing behind, also
/// after `kill -9`, and nobody ever reads half of it.
///
/// Its functions may be called from any thread, one at a time, and block for the disk.
package final class NewFile: Sendable {
  private let descriptor: Descriptor

  /// Makes it on the disk of `folder`, beneath which it will get its name.
  package init(in folder: Folder) throws(Failure) {
    do throws(SystemError) {
      descriptor = try folder.open(.here, LINUX_O_TMPFILE | O_RDWR, mode: 0o600)
    } catch {
      if error.number == EOPNOTSUPP || error.number == EISDIR {
        throw Failure(
          .internal, "file-system",
          "\(folder.path): its file system cannot make files without names (O_TMPFILE); "
            + "keep it on ext4, XFS, btrfs or tmpfs")
      }
      throw error.failure("making a file in \(folder.path)")
    }
  }

  package func write(_ bytes: [UInt8]) throws(Failure) {
    do { try descriptor.writeAll(bytes) } catch { throw error.failure("writing a file") }
  }

  package func status() throws(Failure) -> FileStatus {
    do { return try descriptor.status() } catch { throw error.failure("writing a file") }
  }

  /// Names it, in place of the file that had the name, once its bytes are on the disk; at once where
  /// nobody will miss it after a crash, and it is not `lasting`. What is there and no regular file is
  /// refused; a link that is put there meanwhile is replaced itself.
  ///
  /// Missing folders are made. `willAdd` is asked before each new entry, folders and the file; where
  /// it or anything else fails, those folders are removed again. What had the name is returned.
  package func publish(
    as path: FolderPath, in folder: Folder, lasting: Bool = true,
    willAdd: () throws(Failure) -> Void
  ) throws(Failure) -> FileStatus? {
    let (folders, name) = path.split
    guard folders.count <= Self.maximumDepth else {
      throw Failure(
        .invalid, "path-too-long",
        "a file lies at most \(Self.maximumDepth) folders deep; this one lies \(folders.count)")
    }
    var made: [(parent: Folder, name: FolderPath)] = []
    do {
      if lasting { try sync() }
      var parent = folder
      for name in folders {
        parent = try Self.enter(name, of: parent, path, made: &made, willAdd)
      }
      return try link(as: name, in: parent, path, willAdd)
    } catch {
      // What another writer has put there meanwhile keeps its folder.
      for (parent, name) in made.reversed() { try? parent.removeFolder(name) }
      throw error
    }
  }

  private static let maximumDepth = 100

  private func sync() throws(Failure) {
    do { try descriptor.sync() } catch { throw error.failure("writing a file") }
  }

  private static func enter(
    _ name: FolderPath, of parent: Folder, _ path: FolderPath,
    made: inout [(parent: Folder, name: FolderPath)], _ willAdd: () throws(Failure) -> Void
  ) throws(Failure) -> Folder {
    if let there = try present(name, of: parent, path) { return there }
    try willAdd()
    do throws(SystemError) {
      try parent.make(name)
      made.append((parent, name))
    } catch {
      guard error.number == EEXIST else { throw parent.failure(error, path) }
    }
    if let there = try present(name, of: parent, path) { return there }
    throw Failure(.conflict, "busy", "\(path): its folders were removed meanwhile")
  }

  private static func present(
    _ name: FolderPath, of parent: Folder, _ path: FolderPath
  ) throws(Failure) -> Folder? {
    do throws(SystemError) {
      return try parent.inner(name)
    } catch {
      if error.number == ENOENT { return nil }
      if error.number == ENOTDIR {
        throw Failure(.conflict, "not-a-folder", "\(path): leads through a file")
      }
      throw parent.failure(error, path)
    }
  }

  private func link(
    as name: FolderPath, in parent: Folder, _ path: FolderPath,
    _ willAdd: () throws(Failure) -> Void
  ) throws(Failure) -> FileStatus? {
    let old: FileStatus?
    do throws(SystemError) {
      old = try parent.statusIfAny(of: name)
    } catch {
      throw parent.failure(error, path)
    }
    switch old?.kind {
    case nil: try willAdd()
    case .regular: break
    case .folder: throw Failure(.conflict, "is-a-folder", "\(path): is a folder already")
    case .link: throw parent.failure(SystemError("linkat", ELOOP), path)
    case .device, .other: throw parent.failure(SystemError("linkat", EISDIR), path)
    }
    do throws(SystemError) {
      if try linkOnly(as: name, in: parent) { return nil }
      try replace(name, in: parent)
    } catch {
      throw parent.failure(error, path)
    }
    return old
  }

  /// A name in use changes hands by a rename alone; until then the file has a passing one.
  private func replace(_ name: FolderPath, in parent: Folder) throws(SystemError) {
    let passing = FolderPath.random()
    guard try linkOnly(as: passing, in: parent) else { throw SystemError("linkat", EEXIST) }
    do throws(SystemError) {
      try parent.rename(passing, to: name)
    } catch {
      try parent.unlink(passing)
      throw error
    }
  }

  /// False where the name is in use.
  private func linkOnly(as name: FolderPath, in parent: Folder) throws(SystemError) -> Bool {
    let (file, to) = (descriptor.raw, parent.raw)
    do throws(SystemError) {
      try retrying("linkat") {
        linkat(AT_FDCWD, "/proc/self/fd/\(file)", to, name.cString, AT_SYMLINK_FOLLOW)
      }
      return true
    } catch {
      if error.number == EEXIST { return false }
      throw error
    }
  }
}
