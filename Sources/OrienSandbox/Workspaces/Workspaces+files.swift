package import OrienModel
package import OrienSystem

extension Workspaces {
  /// Begins to take in a file of `bytes` bytes, or of a length that is not known.
  ///
  /// What will not fit now is refused before its first byte, where the length is known. It is reserved
  /// only as it comes: who promises much and sends little keeps nobody out.
  package func upload(
    to path: FolderPath, in workspace: Workspace, bytes: UInt64?,
    then: @escaping (Result<FileUpload, Failure>) -> Void
  ) {
    loop.assertCurrent()
    let bytes = bytes ?? 0
    do throws(Failure) {
      guard bytes <= limits.uploadBytes else { throw FileUpload.tooLarge(limits.uploadBytes) }
      try workspace.account.requireRoom(for: DiskUsage(bytes: bytes))
    } catch {
      return then(.failure(error))
    }
    let (loop, disk) = (loop, disk)
    disk.run(
      { () throws(Failure) in try NewFile(in: workspace.folder) },
      then: loop.reply { result in
        then(result.map { FileUpload($0, as: path, in: workspace, loop, disk) })
      })
  }

  /// Stores small files that are there already, all of them or those before the first that fails.
  package func store(
    _ files: [(name: FolderPath, bytes: [UInt8])], in workspace: Workspace,
    then: @escaping (Result<Void, Failure>) -> Void
  ) {
    disk.run(
      { () throws(Failure) in
        for (name, bytes) in files { try workspace.store(bytes, as: name) }
      }, then: loop.reply(then))
  }

  /// Opens a file to be sent, from its byte `start` on.
  package func download(
    _ path: FolderPath, in workspace: Workspace, from start: UInt64 = 0,
    then: @escaping (Result<FileDownload, Failure>) -> Void
  ) {
    let (loop, disk, limit) = (loop, disk, limits.usage.bytes)
    disk.run(
      { () throws(Failure) in try OpenFile(path, in: workspace.folder, atMost: limit) },
      then: loop.reply { result in
        then(result.map { FileDownload($0, from: start, loop, disk) })
      })
  }

  package func list(
    _ workspace: Workspace, then: @escaping (Result<FileListing, Failure>) -> Void
  ) {
    disk.run({ () throws(Failure) in try workspace.list() }, then: loop.reply(then))
  }

  package func removeFile(
    _ path: FolderPath, in workspace: Workspace, then: @escaping (Result<Void, Failure>) -> Void
  ) {
    disk.run({ () throws(Failure) in try workspace.removeFile(path) }, then: loop.reply(then))
  }

  /// Checks `file` arguments as `Workspace.prove`; all their faults are in one failure.
  package func prove(
    _ files: [(argument: String, path: String)], in workspace: Workspace,
    then: @escaping (Result<Void, Failure>) -> Void
  ) {
    // A call names one, which has just been sent or was used before.
    let isQuick = files.count <= 4 && files.allSatisfy { workspace.hasAtHand($0.path) }
    if isQuick { return then(.success(())) }
    disk.run(
      { () throws(Failure) in
        var first: Failure?
        for (argument, path) in files {
          do throws(Failure) {
            try workspace.prove(path, argument: argument)
          } catch {
            if first == nil { first = error } else { first?.faults += error.faults }
          }
        }
        if let first { throw first }
      }, then: loop.reply(then))
  }
}
