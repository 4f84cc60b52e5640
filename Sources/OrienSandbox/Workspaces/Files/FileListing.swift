package import OrienModel
package import OrienSystem

/// The files of a workspace by their paths' bytes.
package struct FileListing: Sendable {
  package var files: [File]
  /// There are more than a listing names.
  package var isTruncated: Bool

  package struct File: Sendable {
    package var path: FolderPath
    package var bytes: UInt64
    package var kind: FileStatus.Kind
    package var modifiedAt: Timestamp
    /// Nil for what is no regular file with a single name, and where hashing all would take too
    /// long.
    package var sha256: String?
  }
}

extension Workspace {
  package func list() throws(Failure) -> FileListing {
    var listing = FileListing(files: [], isTruncated: false)
    // What lies deeper than a path can be long cannot be asked for by one either.
    let walk = try FolderWalk(folder, maximumDepth: FolderPath.maximumBytes / 2)
    var seen = 0
    while let entry = try walk.next() {
      seen += 1
      guard seen <= limits.usage.files, listing.files.count < limits.listedFiles else {
        listing.isTruncated = true
        break
      }
      if entry.status.kind == .folder { continue }
      guard let path = walk.path(of: entry.name) else {
        listing.isTruncated = true
        continue
      }
      listing.files.append(
        FileListing.File(
          path: path, bytes: UInt64(clamping: entry.status.bytes), kind: entry.status.kind,
          modifiedAt: Timestamp(microseconds: entry.status.modifiedNanoseconds / 1000)))
    }
    if walk.isCut { listing.isTruncated = true }
    listing.files.sort { $0.path < $1.path }
    hash(&listing.files)
    return listing
  }

  private func hash(_ files: inout [FileListing.File]) {
    var budget = limits.hashedBytes
    for index in files.indices where files[index].kind == .regular {
      // A file that went, or became something else, since it was listed has no hash.
      files[index].sha256 = try? hashes.hash(of: files[index].path, in: folder, budget: &budget)
    }
    hashes.keep(Set(files.map(\.path)))
  }
}
