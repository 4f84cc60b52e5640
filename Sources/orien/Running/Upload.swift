import OrienModel
import OrienSystem

/// A file that `orien run --file LOCAL[:REMOTE]` sends ahead.
struct Upload: Equatable {
  let local: String
  /// In the workspace: by default the file's own name.
  let remote: String

  init(_ word: String) {
    if let colon = word.lastIndex(of: ":"), colon > word.startIndex,
      word.index(after: colon) < word.endIndex
    {
      local = String(word[..<colon])
      remote = String(word[word.index(after: colon)...])
    } else {
      local = word
      remote = word.split(separator: "/").last.map(String.init) ?? word
    }
  }

  func send(to node: NodeClient, session: String) throws(Failure) {
    let file = try HostFile(at: local)
    guard file.status.kind == .regular else {
      throw Failure(
        .invalid, "not-a-file", "\(local): expected a regular file, whose size is known")
    }
    try node.upload(file, to: Paths.file(session, remote))
  }
}
