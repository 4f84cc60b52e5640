/// What is not as it was in `tools.d`. Plugins are told apart by their files' names.
package struct ToolsChanges: Sendable {
  package var added: [Plugin] = []
  /// Another library or manifest in the place of one that was served.
  package var changed: [Plugin] = []
  package var removed: [Plugin] = []
  package var refused: [RefusedPlugin] = []
  /// Refused before, and neither there any more nor loaded.
  package var forgotten: [RefusedPlugin] = []

  package init(from before: ToolsContents, to after: ToolsContents) {
    let names = Set(after.plugins.map(\.name))
    let namesBefore = Set(before.plugins.map(\.name))
    for plugin in after.plugins where !before.plugins.contains(where: { $0 === plugin }) {
      if namesBefore.contains(plugin.name) { changed.append(plugin) } else { added.append(plugin) }
    }
    removed = before.plugins.filter { !names.contains($0.name) }
    refused = after.refused.filter { !before.refused.contains($0) }
    let files = Set(after.refused.map(\.file) + names.map { $0 + ".so" })
    forgotten = before.refused.filter { !files.contains($0.file) }
  }

  package var isEmpty: Bool {
    added.isEmpty && changed.isEmpty && removed.isEmpty && refused.isEmpty && forgotten.isEmpty
  }
}
