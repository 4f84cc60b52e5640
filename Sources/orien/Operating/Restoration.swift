import OrienLedger
import OrienModel
import OrienSystem

/// A state folder made of a backup: whole and verified, or not at all.
struct Restoration {
  private let archive: HostFile
  private let state: Folder
  private var made: [FolderPath] = []
  private static let pieceBytes = 1 << 20

  /// Refuses a state folder that holds anything that a backup has.
  init(of archive: HostFile, to state: Folder) throws(Failure) {
    self.archive = archive
    self.state = state
    guard try StateFolder.user(of: state) == nil else {
      throw Failure(.conflict, "in-use", "\(state.path): a node runs on it")
    }
    for name in LedgerCopy.names + [KeyFile.name, LedgerCopy.outputs] where try state.has(name) {
      throw Failure(
        .conflict, "state-there",
        "\(state.path) has \(name.text) already: restore to an empty folder, or move that away")
    }
  }

  /// Answers what the chain of the restored ledger says.
  mutating func run() throws(Failure) -> Chain.Report {
    do throws(Failure) {
      try unpack()
      return try Chain.verify(folder: state.path)
    } catch {
      for path in made.reversed() { _ = try state.removeFile(path) }
      try LedgerCopy.discard(in: state, LedgerCopy.names[0])
      throw error
    }
  }

  private mutating func unpack() throws(Failure) {
    while let entry = try TarEntry(take(TarHeader.blockBytes)) {
      let path = try FolderPath(entry.name)
      guard Self.isOfBackup(path), !made.contains(path) else {
        throw Failure(
          .invalid, "archive", "\(archive.path): \(entry.name.printable) is of no backup")
      }
      try write(path, entry.bytes)
    }
    guard made.last == LedgerCopy.names.last else {
      throw Failure(.invalid, "archive", "\(archive.path): is no whole backup")
    }
    do throws(SystemError) { try state.sync() } catch { throw error.failure(state.path) }
  }

  private static func isOfBackup(_ path: FolderPath) -> Bool {
    if LedgerCopy.names.contains(path) || path == KeyFile.name { return true }
    let parts = path.text.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2 && parts[0] == LedgerCopy.outputs.text
  }

  private mutating func write(_ path: FolderPath, _ bytes: UInt64) throws(Failure) {
    if path.depth == 2, !(try state.has(LedgerCopy.outputs)) {
      do throws(SystemError) { try state.make(LedgerCopy.outputs) } catch {
        throw error.failure(state.path)
      }
    }
    let file = try state.file(path, for: .create)
    made.append(path)
    var left = bytes
    while left > 0 {
      let piece = try take(Int(min(left, UInt64(Self.pieceBytes))))
      do throws(SystemError) { try file.writeAll(piece) } catch { throw error.failure(path.text) }
      left -= UInt64(piece.count)
    }
    _ = try take(TarHeader.padding(after: bytes).count)
    do throws(SystemError) { try file.sync() } catch { throw error.failure(path.text) }
  }

  private func take(_ count: Int) throws(Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let result = bytes.withUnsafeMutableBytes { buffer in
        Result { () throws(Failure) in
          try archive.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
        }
      }
      let read = try result.get()
      guard read > 0 else {
        throw Failure(.invalid, "archive", "\(archive.path): ends too early")
      }
      done += read
    }
    return bytes
  }
}
