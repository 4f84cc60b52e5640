import CLinux
import Glibc

extension Descriptor {
  /// Lets every user read the file who gets to it by a descriptor; by its name only those do who may
  /// pass the folders on the way.
  package borrowing func letAllRead() throws(SystemError) {
    let raw = self.raw
    try retrying("fchmod") { fchmod(raw, 0o644) }
  }
}

extension Folder {
  /// Gives the owner every right to a folder in it that its mode takes away.
  package func makeUsable(_ name: FolderPath) throws(SystemError) { _ = try usableFolder(name) }

  /// A folder in it that is its owner's to use: where its mode forbids that, the mode is changed.
  func usableFolder(_ name: FolderPath) throws(SystemError) -> Folder {
    do throws(SystemError) {
      let folder = try inner(name)
      let status = try folder.status()
      if status.mode & 0o700 != 0o700 {
        try retrying("fchmod") { fchmod(folder.raw, status.mode | 0o700) }
      }
      return folder
    } catch {
      guard error.number == EACCES else { throw error }
      return try opened(name, adding: 0o700)
    }
  }

  /// A folder in it that is to be read. Where its mode forbids that even to its owner, the owner's
  /// right to read it is added, and stays: what cannot be read could not be counted.
  func readableFolder(_ name: FolderPath) throws(SystemError) -> Folder {
    do throws(SystemError) {
      let folder = try inner(name)
      // A folder may be open and yet not be searched.
      _ = try folder.status(of: .here)
      return folder
    } catch {
      guard error.number == EACCES else { throw error }
      return try opened(name, adding: 0o500)
    }
  }

  /// Changes the mode of the very folder that is then opened, by way of a descriptor that needs no
  /// right to it.
  private func opened(_ name: FolderPath, adding bits: UInt32) throws(SystemError) -> Folder {
    let handle = try open(name, LINUX_O_PATH | O_DIRECTORY)
    let mode = try handle.status().mode | bits
    let raw = handle.raw
    try retrying("chmod") { chmod("/proc/self/fd/\(raw)", mode) }
    return try Folder(handle, path: path).inner(.here)
  }
}
