package import OrienModel
package import OrienSystem

/// A node's state folder, which no other process has for as long as this one has it.
package final class StateFolder: Sendable {
  package let folder: Folder
  private let lock: FileLock

  private static let lockName: FolderPath = "orien.lock"

  /// Makes it where it is missing. Fails where another process has it.
  package convenience init(at path: String) throws(Failure) {
    try self.init(Folder(at: path, creating: true))
  }

  init(_ folder: Folder) throws(Failure) {
    self.folder = folder
    lock = try FileLock(Self.lockName, in: folder)
  }

  /// The process that has it, 0 where it does not say which it is; nil: none has. Nobody who takes it is
  /// kept from it for longer than a moment.
  package static func user(of folder: Folder) throws(Failure) -> Int32? {
    try FileLock.holder(of: lockName, in: folder)
  }
}
