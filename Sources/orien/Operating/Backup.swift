import OrienLedger
import OrienModel
import OrienSystem

/// A state folder in one file: the ledger as it was at one moment, outputs, and who may ask; at the
/// end the node's key, without which nothing of it is taken for whole. Workspaces are not in it.
///
/// It is an archive of tar's, so that anybody can look into it.
struct Backup {
  private let state: Folder
  private static let draft: FolderPath = "backup.db"
  private static let lockName: FolderPath = "backup.lock"
  private static let pieceBytes = 1 << 20
  private static let mostTries = 3

  init(of state: Folder) { self.state = state }

  /// Writes it as `name` in a folder, whole or not at all, and answers how many files are in it.
  func write(as name: FolderPath, in folder: Folder) throws(Failure) -> Int {
    try state.whileHolding(Self.lockName, waiting: .zero) { () throws(Failure) in
      for _ in 0..<Self.mostTries {
        // Retention may take an output away that the ledger's copy still has: then all is made anew.
        let before = try outputs()
        let archive = try NewFile(in: folder)
        let count: Int?
        do throws(Failure) {
          try LedgerCopy.make(in: state, as: Self.draft)
          count = try archived(before, archive)
        } catch {
          try LedgerCopy.discard(in: state, Self.draft)
          throw error
        }
        try LedgerCopy.discard(in: state, Self.draft)
        guard let count else { continue }
        _ = try archive.publish(as: name, in: folder) {}
        return count
      }
      throw Failure(
        .conflict, "outputs-going", "outputs are being forgotten all the time: try again later")
    }
  }

  /// Nil where an output of those from before has gone.
  private func archived(_ before: [FolderPath], _ archive: NewFile) throws(Failure) -> Int? {
    var count = 0
    for name in Set(before + (try outputs())).sorted(by: { $0.text < $1.text }) {
      let path = try FolderPath(LedgerCopy.outputs.text + "/" + name.text)
      guard try add(path, to: archive) else {
        if before.contains(name) { return nil }
        continue
      }
      count += 1
    }
    for name in [KeyFile.name] + LedgerCopy.names {
      let isLedger = name == LedgerCopy.names[0]
      if try add(isLedger ? Self.draft : name, as: name, to: archive) {
        count += 1
      } else if name != KeyFile.name {
        throw Failure(.notFound, "no-ledger", "\(state.path): there is no \(name.text)")
      }
    }
    try archive.write(TarHeader.end)
    return count
  }

  private func outputs() throws(Failure) -> [FolderPath] {
    guard try state.has(LedgerCopy.outputs) else { return [] }
    let folder = try Self.reading(LedgerCopy.outputs) { () throws(SystemError) in
      try state.folder(LedgerCopy.outputs)
    }
    return try folder.names()
  }

  /// False where there is no such file.
  private func add(
    _ path: FolderPath, as name: FolderPath? = nil, to archive: NewFile
  ) throws(Failure) -> Bool {
    guard let file = try opened(path) else { return false }
    let name = name ?? path
    // What grows meanwhile is of an execution whose end the ledger's copy does not know.
    let bytes = try Self.reading(name) { () throws(SystemError) in try file.status().bytes }
    guard bytes <= TarHeader.mostBytes else {
      throw Failure(.tooLarge, "too-large", "\(name.text): is larger than an archive can say")
    }
    try archive.write(TarHeader.bytes(of: name, UInt64(bytes)))
    var done: Int64 = 0
    while done < bytes {
      let count = Int(min(bytes - done, Int64(Self.pieceBytes)))
      let piece = try Self.reading(name) { () throws(SystemError) in
        try file.readAll(from: done, atMost: count)
      }
      guard piece.count == count else {
        throw Failure(.conflict, "changing", "\(name.text): became shorter as it was copied")
      }
      try archive.write(piece)
      done += Int64(count)
    }
    try archive.write(TarHeader.padding(after: UInt64(bytes)))
    return true
  }

  private func opened(_ path: FolderPath) throws(Failure) -> Descriptor? {
    do throws(Failure) {
      return try state.file(path)
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
  }

  private static func reading<Value>(
    _ name: FolderPath, _ body: () throws(SystemError) -> Value
  ) throws(Failure) -> Value {
    do throws(SystemError) { return try body() } catch {
      throw error.failure("reading \(name.text)")
    }
  }
}
