package import OrienModel
package import OrienSystem

extension Ledger {
  /// The process that has the ledger of a state folder open, 0 where it does not say which it is;
  /// nil: none has. Nobody who opens it is kept from it for longer than a moment.
  package static func user(of folder: Folder) throws(Failure) -> Int32? {
    try FileLock.holder(of: LedgerFile.lockName, in: folder)
  }
}
