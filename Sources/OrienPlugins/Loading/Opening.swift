import OrienModel

/// The loading of sound libraries in turn: who comes first keeps its ids, and who comes second with
/// one of them is refused.
struct Opening {
  let folder: ToolsFolder
  let store: PluginStore
  var contents = ToolsContents()

  /// Files by the plugin's id, and by tool or role operation.
  private var plugins: [String: String] = [:]
  private var handlers: [String: String] = [:]
  /// The library in whose constructors the dynamic loader, of which there is one, hangs.
  private var stuck: String?

  init(folder: ToolsFolder, store: PluginStore) {
    self.folder = folder
    self.store = store
  }

  mutating func add(_ candidate: Candidate) {
    var refused = RefusedPlugin(
      file: candidate.file, hash: candidate.hash,
      failure: Failure(.internal, "unread", "it was not read"))
    do throws(Failure) {
      let sound: Candidate.Sound
      switch candidate.outcome {
      case .refused(let failure): throw failure
      case .sound(let judged): sound = judged
      }
      refused.id = sound.declaration.id
      refused.version = sound.declaration.version
      contents.plugins.append(try open(sound, candidate))
    } catch {
      refused.failure = error
      contents.refused.append(refused)
    }
  }

  private mutating func open(
    _ sound: Candidate.Sound, _ candidate: Candidate
  ) throws(Failure) -> Plugin {
    let declaration = sound.declaration
    try checkNeeds(declaration)
    if let owner = plugins[declaration.id] {
      throw Failure(
        .conflict, "duplicate-id", "plugin \(declaration.id) is \(owner) already; remove one")
    }
    for handler in declaration.handlers {
      if let owner = handlers[handler.key] {
        throw Failure(
          .conflict, "duplicate-id",
          "\(handler.role == nil ? "tool" : "operation") \(handler.key) belongs to \(owner), "
            + "which comes before \(candidate.file); remove one")
      }
    }
    if let stuck {
      throw Failure(.unavailable, "loader-stuck", "\(stuck) does not let the loader go; remove it")
    }
    let load = PluginLoad(
      name: candidate.name, path: sound.path, hash: sound.hash, generation: 1,
      listing: sound.listing, declaration: declaration, manifest: sound.manifest,
      settings: sound.settings, folder: try store.dataFolder(of: declaration.id), node: folder.node,
      nodeVersion: folder.nodeVersion, patience: folder.openPatience)
    do throws(Failure) {
      let plugin = try load.run()
      plugins[declaration.id] = candidate.file
      for handler in declaration.handlers { handlers[handler.key] = candidate.file }
      plugin.probe()
      return plugin
    } catch {
      if error.reason == "loader-stuck" { stuck = candidate.file }
      throw error
    }
  }

  private func checkNeeds(_ declaration: PluginDeclaration) throws(Failure) {
    let known = ServiceTables.shared.ids
    for need in declaration.needs where !known.contains(need) {
      throw Failure(
        .unavailable, "needs",
        "needs \(need.quoted), which this node does not have; it has \(known.joined(separator: ", "))"
      )
    }
  }
}

extension ToolDeclaration {
  /// What no two handlers of a node share.
  fileprivate var key: String { role.map { "\($0) \(name)" } ?? name }
}
