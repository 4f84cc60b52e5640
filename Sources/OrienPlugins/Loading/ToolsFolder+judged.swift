package import OrienModel

extension ToolsFolder {
  /// What is in the folder, judged, and none of it loaded into this process.
  package struct Judged: Sendable {
    let store: PluginStore
    let candidates: [Candidate]
    let refused: [RefusedPlugin]
  }

  /// For a `load` soon after. Blocks as that does, but for what it does with the plugins' code in
  /// this process; any thread. A manifest that is as it was when `named` was found is not parsed anew.
  package func judged(knowing named: NamedPlaces = NamedPlaces()) throws(Failure) -> Judged {
    let store = try store()
    let (candidates, refused) = try candidates(in: store, knowing: named.manifests)
    return Judged(store: store, candidates: candidates, refused: refused)
  }
}
