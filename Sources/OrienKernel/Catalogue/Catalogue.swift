package import OrienModel
package import OrienPlugins

/// What this node can do: its tools by id, and the plugins behind them with those that were
/// refused. A value; a reload makes another. Belongs to the loop.
package struct Catalogue {
  /// In the order of their ids.
  package let tools: [Tool]
  package let contents: ToolsContents
  private let byName: [String: Tool]
  private let tallies: Tallies

  /// The loader has seen to it that no two plugins have one tool.
  package init(_ contents: ToolsContents, policy: Policy) {
    self.init(contents, policy: policy, Tallies())
  }

  /// What takes its place, and goes on counting.
  func followed(by contents: ToolsContents, policy: Policy) -> Catalogue {
    Catalogue(contents, policy: policy, tallies)
  }

  private init(_ contents: ToolsContents, policy: Policy, _ tallies: Tallies) {
    self.contents = contents
    self.tallies = tallies
    tools =
      contents.plugins
      .flatMap { plugin in
        plugin.declaration.handlers.indices.compactMap {
          Tool(plugin, handler: $0, policy: policy, tallies: tallies)
        }
      }
      .sorted { $0.id.description < $1.id.description }
    byName = Dictionary(uniqueKeysWithValues: tools.map { ($0.id.description, $0) })
  }

  package var plugins: [Plugin] { contents.plugins }
  package var refused: [RefusedPlugin] { contents.refused }

  package func tally(of plugin: Plugin) -> Tally { tallies.tally(ofPlugin: plugin.id) }

  package func tool(_ name: String) -> Tool? { byName[name] }

  package subscript(id: ToolID) -> Tool? { byName[id.description] }
}
