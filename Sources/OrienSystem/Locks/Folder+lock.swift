import Glibc

extension Folder {
  /// Opens a file to be locked, made where it is missing.
  package func lockFile(_ name: FolderPath) throws(SystemError) -> Descriptor {
    try open(name, O_RDWR | O_CREAT, mode: 0o600)
  }
}
