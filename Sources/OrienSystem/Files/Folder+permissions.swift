import CLinux
import Glibc

extension Folder {
  /// A folder in it that is going to be removed, made usable where its mode forbids that.
  func usableFolder(_ name: FolderPath) throws(SystemError) -> Folder {
    do throws(SystemError) {
      let folder = try folder(name)
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
      let folder = try folder(name)
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
    let path = path + "/" + name.text
    return Folder(try Folder(handle, path: path).reopened(), path: path)
  }
}
