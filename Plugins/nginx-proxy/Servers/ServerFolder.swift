internal import OrienKit

/// The folder that nginx includes: files of ours, and perhaps others, which are never touched.
struct ServerFolder {
  let folder: Folder

  /// The leases that have a file, by name.
  func leases() throws(Failure) -> [String: ServerFile] {
    var found: [String: ServerFile] = [:]
    for name in try folder.names() where name.hasPrefix("vm_") && name.hasSuffix(".conf") {
      guard let bytes = try folder.read(name, atMost: ServerFile.mostBytes),
        let file = ServerFile(bytes), ServerFile.name(of: file.lease.name) == name
      else { continue }
      found[file.lease.name] = file
    }
    return found
  }

  /// Has the file be that lease's, or be gone, and keeps what somebody has written into it. Refuses
  /// where a file of that name is somebody else's.
  func replace(_ name: String, by lease: Lease?, from before: ServerFile?) throws(Failure) {
    let file = ServerFile.name(of: name)
    if before == nil, try folder.names().contains(file) {
      throw Failure(
        .unavailable, "\(file) is there already and is none of ours: it is not touched",
        reason: "foreign-file")
    }
    if before?.isEdited == true {
      try folder.rename(file, to: ServerFile.editedName(of: name))
    } else if before != nil, lease == nil {
      try folder.remove(file)
    }
    if let lease { try folder.put(file, ServerFile.text(of: lease)) }
  }

  /// Undoes `replace`.
  func restore(_ name: String, to before: ServerFile?) throws(Failure) {
    let file = ServerFile.name(of: name)
    guard let before else { return try folder.remove(file) }
    if before.isEdited {
      try folder.rename(ServerFile.editedName(of: name), to: file)
    } else {
      try folder.put(file, ServerFile.text(of: before.lease))
    }
  }
}
