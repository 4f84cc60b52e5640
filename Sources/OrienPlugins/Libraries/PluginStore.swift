import OrienModel
import OrienSystem

/// The node's own copies of libraries and what their scans found, named by the library's hash, so
/// that what is loaded is what was judged, whatever becomes of the file that it came from.
///
/// Layout: `<hash>.so`, `<hash>.json`, `data/<plugin id>/`, which is the plugin's own,
/// `signed/<file>`, when the newest of that name was signed, and `known/<file>`, what it was.
final class PluginStore: Sendable {
  private let folder: Folder
  private let data: Folder
  private let signed: Folder
  private let known: Folder
  /// What a cached answer depends on beside the library.
  private let reader: String

  init(at path: String, reader: String) throws(Failure) {
    folder = try Folder(at: path, creating: true)
    data = try Folder(at: path + "/data", creating: true)
    signed = try Folder(at: path + "/signed", creating: true)
    known = try Folder(at: path + "/known", creating: true)
    self.reader = reader
  }

  /// The path of a copy of the library that nobody but this user can write to.
  func keep(_ library: [UInt8], hash: String) throws(Failure) -> String {
    let name = try FolderPath(hash + ".so")
    // What the disk lost in a crash, or somebody changed, is not what was judged.
    if try read(name, atMost: library.count + 1) != library { try publish(library, as: name) }
    return pathOfCopy(hash)
  }

  /// What an earlier scan of the library found; nil where there was none, by another version of
  /// the node, or where what is kept of it cannot be read: then it is scanned again.
  func answer(for hash: String) throws(Failure) -> ScanAnswer? {
    guard let bytes = try read(FolderPath(hash + ".json"), atMost: Scan.mostAnswerBytes),
      let json = try? JSON(parsing: bytes), json["reader"]?.string == reader,
      let answer = json["answer"]
    else { return nil }
    return try? ScanAnswer(answer)
  }

  func keep(_ answer: ScanAnswer, for hash: String) throws(Failure) {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("reader", reader)
      writer.field("answer", answer)
    }
    try publish(writer.bytes, as: FolderPath(hash + ".json"))
  }

  /// The plugin's own folder, kept across restarts.
  func dataFolder(of id: String) throws(Failure) -> String {
    let path = dataPath(of: id)
    // What leads there was judged with the store: of many plugins each is one question.
    if let status = try? data.statusIfAny(of: FolderPath(id)), status.kind == .folder,
      status.owner == User.current, status.mode & 0o022 == 0
    {
      return path
    }
    return try Folder(at: path, creating: true).path
  }

  /// Where that is, be it there or not.
  func dataPath(of id: String) -> String { data.path + "/" + id }

  /// Removes what belongs to none of these libraries.
  func prune(keeping hashes: Set<String>) throws(Failure) {
    for name in try folder.names() {
      let parts = name.text.split(separator: ".")
      guard parts.count == 2, parts[0].utf8.count == 64, parts[1] == "so" || parts[1] == "json",
        !hashes.contains(String(parts[0]))
      else { continue }
      do { try folder.unlink(name) } catch { throw error.failure("removing \(name)") }
    }
  }

  func newestSignature(of name: String) throws(Failure) -> UInt64? {
    let bytes = try signed.contents(of: FolderPath(name), atMost: 32)
    return bytes.flatMap { UInt64(String(decoding: $0, as: UTF8.self)) }
  }

  func note(signature seconds: UInt64, of name: String) throws(Failure) {
    try publish(Array("\(seconds)".utf8), as: FolderPath(name), in: signed)
  }

  /// Where the copy of the library is, be it there or not.
  func pathOfCopy(_ hash: String) -> String { folder.path + "/" + hash + ".so" }

  func statusOfCopy(_ hash: String) -> FileStatus? {
    (try? FolderPath(hash + ".so")).flatMap { try? folder.statusIfAny(of: $0) }
  }

  func knownText(of name: FolderPath) throws(Failure) -> String? {
    try known.contents(of: name, atMost: 512).map { String(decoding: $0, as: UTF8.self) }
  }

  func keepKnown(_ text: String, of name: FolderPath) throws(Failure) {
    try publish(Array(text.utf8), as: name, in: known)
  }

  private func read(_ name: FolderPath, atMost bytes: Int) throws(Failure) -> [UInt8]? {
    try folder.contents(of: name, atMost: bytes)
  }

  private func publish(_ bytes: [UInt8], as name: FolderPath) throws(Failure) {
    try publish(bytes, as: name, in: folder)
  }

  private func publish(
    _ bytes: [UInt8], as name: FolderPath, in folder: Folder
  ) throws(Failure) {
    let file = try NewFile(in: folder)
    try file.write(bytes)
    _ = try file.publish(as: name, in: folder) {}
  }
}
