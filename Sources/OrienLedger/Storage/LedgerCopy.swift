import CSQLite
package import OrienModel
package import OrienSystem

/// A ledger as it was at one moment, in a file of its own: a node at work goes on meanwhile.
package enum LedgerCopy {
  /// What of a state folder is the ledger's, in the order in which a copy is to be made whole: who
  /// has the key has all.
  package static let names: [FolderPath] = [
    LedgerFile.name, NodeKey.publicFileName, NodeKey.fileName,
  ]
  package static let outputs: FolderPath = "outputs"

  /// Writes it beside the ledger.
  package static func make(in folder: Folder, as name: FolderPath) throws(Failure) {
    guard try folder.has(LedgerFile.name) else {
      throw Failure(.notFound, "no-ledger", "\(folder.path): there is no \(LedgerFile.name)")
    }
    try discard(in: folder, name)
    _ = try folder.file(name, for: .create)
    try DatabaseError.telling {
      let source = try Database(at: folder.path + "/" + LedgerFile.name.text, .read)
      let target = try Database(at: folder.path + "/" + name.text, .rewrite)
      guard let backup = sqlite3_backup_init(target.handle, "main", source.handle, "main") else {
        throw DatabaseError(
          code: sqlite3_errcode(target.handle), of: target.handle, doing: "copying the ledger")
      }
      // One step from one state: a writer that goes on in between does not begin it anew.
      let code = sqlite3_backup_step(backup, -1)
      sqlite3_backup_finish(backup)
      guard code == SQLITE_DONE else {
        throw DatabaseError(code: code, of: target.handle, doing: "copying the ledger")
      }
    }
  }

  /// Removes a ledger's file of that name, with what SQLite puts beside it.
  package static func discard(in folder: Folder, _ name: FolderPath) throws(Failure) {
    for ending in ["", "-wal", "-shm", "-journal"] {
      try folder.discard(FolderPath(name.text + ending))
    }
  }
}
