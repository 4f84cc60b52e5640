import OrienModel

/// What a command writes into the file of settings.
typealias SettingChange = (name: String, value: String)

extension Invocation {
  /// There is one file of settings, whatever golem-provider has for trying things out.
  func mustMeanTheOneFile() throws(Failure) {
    guard !has(.dev) else {
      throw .usage("--dev: a node has one file of settings; name another by --config", command)
    }
  }

  /// Changes the file, all of it or nothing, and says where that is and what holds now.
  func change(
    _ changes: [SettingChange]
  ) throws(Failure) -> (path: String, now: Configuration) {
    let path = try settingFilePath()
    var file = try SettingFile(at: path)
    for change in changes { file.set(change.name, to: change.value) }
    try file.save()
    return (path, try Configuration.load(self))
  }

  func show(_ changes: [SettingChange], in path: String) throws(Failure) {
    for change in changes { try console.line("\(change.name)=\(change.value)") }
    try console.line("written to \(path); a node that runs knows at its next start")
  }

  /// Tells where something else counts more than what was written.
  func tellOthers(than changes: [SettingChange], in path: String, _ now: Configuration) {
    for (name, _) in changes {
      if case .file(let place, _) = now.origin[name], place == path { continue }
      let origin = now.origin[name]?.description ?? "another file"
      console.tell("\(name) is set elsewhere too, and that counts more: \(origin)")
    }
  }
}
