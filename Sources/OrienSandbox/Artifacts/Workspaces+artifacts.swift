package import OrienModel
package import OrienSystem

extension Workspaces {
  /// Notes what lies in the workspace, or in that folder of it, for `artifacts`.
  package func snapshot(
    of workspace: Workspace, in folder: FolderPath?,
    then: @escaping (Result<WorkspaceSnapshot, Failure>) -> Void
  ) {
    disk.run(
      { () throws(Failure) in try WorkspaceSnapshot(of: workspace, in: folder) },
      then: loop.reply(then))
  }

  /// What has appeared or changed since the snapshot was taken of this workspace.
  package func artifacts(
    in workspace: Workspace, since before: WorkspaceSnapshot,
    then: @escaping (Artifacts) -> Void
  ) {
    disk.run(
      { () throws(Failure) in try workspace.artifacts(since: before) },
      then: loop.reply { (result: Result<Artifacts, Failure>) in
        switch result {
        case .success(let artifacts): then(artifacts)
        case .failure(let failure):
          var artifacts = Artifacts()
          artifacts.failure = failure.message
          then(artifacts)
        }
      })
  }

  /// Opens a file as it was left: `artifact-changed` where it is another by now.
  package func download(
    _ file: Artifacts.File, in workspace: Workspace,
    then: @escaping (Result<FileDownload, Failure>) -> Void
  ) {
    let (loop, disk) = (loop, disk)
    disk.run(
      { () throws(Failure) in try workspace.open(file) },
      then: loop.reply { result in
        then(result.map { FileDownload($0, from: 0, loop, disk) })
      })
  }

  /// Whether all of them are there as they were left; the first that is not is the failure.
  package func check(
    _ files: [Artifacts.File], in workspace: Workspace,
    then: @escaping (Result<Void, Failure>) -> Void
  ) {
    disk.run(
      { () throws(Failure) in for file in files { _ = try workspace.open(file) } },
      then: loop.reply(then))
  }
}

extension Workspace {
  fileprivate func open(_ file: Artifacts.File) throws(Failure) -> OpenFile {
    let open: OpenFile
    do throws(Failure) { open = try OpenFile(file.path, in: folder, atMost: .max) } catch {
      guard error.code == .notFound else { throw error }
      throw Failure(.notFound, "artifact-gone", "\(file.path): is not there any more")
    }
    guard UInt64(clamping: open.status.bytes) == file.bytes, try open.hash() == file.sha256 else {
      throw Failure(
        .conflict, "artifact-changed", "\(file.path): was changed since the execution ended")
    }
    return open
  }
}
