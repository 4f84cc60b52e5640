import OrienModel
import OrienSystem

/// Code and files on their way into a sandbox, and what comes back.
enum SandboxCode {
  private static let textBytes = 16 << 20
  private static let marker = "base64:"
  private static let languages = [
    "py": "python", "js": "javascript", "mjs": "javascript", "cjs": "javascript", "sh": "bash",
  ]

  static func text(at path: String) throws(Failure) -> String {
    try HostFile(at: path).text(atMostBytes: textBytes)
  }

  /// By the ending of its name; what has none that is known is taken for a language of the operator's.
  static func language(of path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: ".") else { return "text" }
    let ending = String(name[name.index(after: dot)...]).lowercased()
    return languages[ending] ?? ending
  }

  /// As the dialect has them: texts by name.
  static func files(_ words: [String]) throws(Failure) -> JSON {
    var members: [JSON.Member] = []
    for word in words {
      let upload = Upload(word)
      members.append(JSON.Member(upload.remote, .string(try text(at: upload.local))))
    }
    return .object(members)
  }

  /// Writes each artifact beneath the folder, whatever a node says that it is called.
  static func keep(_ artifacts: JSON?, in folder: Folder) throws(Failure) {
    for artifact in artifacts?.members ?? [] {
      let text = artifact.value.plain
      var bytes = Array(text.utf8)
      if text.hasPrefix(marker) {
        guard let decoded = [UInt8](base64: String(text.dropFirst(marker.count))) else {
          throw Failure(.internal, "bad-answer", "\(artifact.name.printable): is not in base64")
        }
        bytes = decoded
      }
      let file = try NewFile(in: folder)
      try file.write(bytes)
      _ = try file.publish(as: FolderPath(artifact.name), in: folder) {}
    }
  }
}
