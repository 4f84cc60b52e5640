import Glibc
package import OrienModel

extension Folder {
  /// Opens a file to be locked, made where it is missing.
  package func lockFile(_ name: FolderPath) throws(SystemError) -> Descriptor {
    try open(name, O_RDWR | O_CREAT, mode: 0o600)
  }

  /// Calls `body` while nobody else has the lock of that name. Blocks until others have let go of it,
  /// for `patience` at most; failure `in-use` then.
  package func whileHolding<Value: ~Copyable>(
    _ name: FolderPath, waiting patience: Duration, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let file = try held(name, patience)
    // It is locked for as long as it is open.
    defer { _ = file.raw }
    return try body()
  }

  private func held(_ name: FolderPath, _ patience: Duration) throws(Failure) -> Descriptor {
    do throws(SystemError) {
      let file = try lockFile(name)
      if try file.lock(.exclusive, until: .now + patience) { return file }
    } catch {
      throw error.failure("locking \(path)/\(name.text)")
    }
    throw Failure(.conflict, "in-use", "\(path)/\(name.text): another process has the lock")
  }
}
