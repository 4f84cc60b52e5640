package import OrienModel
import OrienSystem

extension ToolsFolder {
  /// Judges one library of the folder as `load` does, and makes of it a plugin in a process of its own,
  /// whatever its manifest says; what else is there is not looked at. Blocks for the scan.
  package func alone(_ file: String, for node: any PluginHost) throws(Failure) -> Plugin {
    let name = try FolderPath(file)
    guard LibraryName(name) == .library else {
      throw Failure(
        .invalid, "bad-name",
        "\(file.quoted): expected a name of A-Z a-z 0-9 . _ -, at most 64 bytes, ending in .so")
    }
    let store = try store()
    let examination = Examination(
      folder: try Folder(at: path), store: store,
      scanner: Scanner(worker: worker, patience: openPatience), trust: trust,
      settings: settings)
    var candidate = examination.candidate(name)
    if case .sound(var sound) = candidate.outcome {
      sound.manifest.isolation = .worker
      candidate.outcome = .sound(sound)
    }
    var opening = Opening(
      folder: self, store: store, node: node, after: [], patience: openPatience, refused: [])
    opening.add(candidate)
    opening.finish()
    if let refused = opening.contents.refused.first { throw refused.failure }
    return opening.contents.plugins[0]
  }
}
