import OrienModel
import OrienSystem

extension Workspace {
  /// Calls `body` with everything but folders, in the whole workspace or in one folder of it; true
  /// where there is more than is looked at. A folder that is none, or not there, has nothing in it.
  func eachFile(
    in place: FolderPath?, _ body: (FolderPath, FileStatus) throws(Failure) -> Void
  ) throws(Failure) -> Bool {
    guard let top = try open(place) else { return false }
    let walk = try FolderWalk(top, maximumDepth: FolderPath.maximumBytes / 2)
    var (seen, isCut) = (0 as UInt64, false)
    while let entry = try walk.next() {
      seen += 1
      guard seen <= limits.usage.files else { return true }
      if entry.status.kind == .folder { continue }
      guard let path = walk.path(of: entry.name).flatMap({ $0.beneath(place) }) else {
        isCut = true
        continue
      }
      try body(path, entry.status)
    }
    return isCut || walk.isCut
  }

  /// The folder, reached without a link; nil where there is none.
  private func open(_ place: FolderPath?) throws(Failure) -> Folder? {
    guard let place else { return folder }
    return try? folder.folder(place)
  }

  /// Looks at what has come since. Blocks for the disk.
  func artifacts(since before: WorkspaceSnapshot) throws(Failure) -> Artifacts {
    var artifacts = Artifacts()
    var changed: [(FolderPath, FileStatus)] = []
    let isCut = try eachFile(in: before.folder) { (path, status) throws(Failure) in
      if before.hasChanged(path, status, in: self) { changed.append((path, status)) }
    }
    if let place = before.folder, let status = try? folder.status(of: place), status.kind != .folder
    {
      changed.append((place, status))
    }
    changed.sort { $0.0 < $1.0 }
    var budget = limits.artifactBytes
    for (path, status) in changed {
      guard artifacts.files.count + artifacts.others.count < limits.artifacts else {
        artifacts.more += 1
        continue
      }
      take(path, status, &budget, &artifacts)
    }
    if isCut || before.isCut { artifacts.more += 1 }
    return artifacts
  }

  private func take(
    _ path: FolderPath, _ status: FileStatus, _ budget: inout UInt64, _ artifacts: inout Artifacts
  ) {
    func tell(_ reason: String) {
      artifacts.others.append(
        Artifacts.Other(path: path, kind: status.kind.name, reason: reason))
    }
    guard status.kind == .regular else { return tell("is no regular file") }
    do throws(Failure) {
      guard let hashed = try hash(path, budget: &budget) else {
        return tell("is larger than what artifacts may have together (ARTIFACT_BYTES)")
      }
      artifacts.files.append(
        Artifacts.File(path: path, bytes: hashed.bytes, sha256: hashed.sha256))
    } catch {
      tell(error.message)
    }
  }

  /// Length and hash of one state of a file; nil where it is longer than the budget. What others
  /// change while it is read is no state.
  func hash(
    _ path: FolderPath, budget: inout UInt64
  ) throws(Failure) -> (bytes: UInt64, sha256: String)? {
    let file = try OpenFile(path, in: folder, atMost: .max)
    guard UInt64(clamping: file.status.bytes) <= budget else { return nil }
    let sha256 = try file.hash()
    budget -= UInt64(clamping: file.status.bytes)
    return (UInt64(clamping: file.status.bytes), sha256)
  }
}

extension FolderPath {
  /// As it is called from above `place`; nil where that is too long.
  fileprivate func beneath(_ place: FolderPath?) -> FolderPath? {
    guard let place else { return self }
    return place.appending(self)
  }
}

extension FileStatus.Kind {
  /// In JSON.
  package var name: String {
    switch self {
    case .regular: "file"
    case .folder: "folder"
    case .link: "link"
    case .device: "device"
    case .other: "other"
    }
  }
}
