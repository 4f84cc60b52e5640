package import OrienModel
package import OrienPlugins

/// What this node can do: its tools by id, and the plugins behind them with those that were
/// refused. A value; a reload makes another.
package struct Catalogue: Sendable {
  /// In the order of their ids.
  package let tools: [Tool]
  package let contents: ToolsContents
  private let byName: [String: Tool]

  /// The loader has seen to it that no two plugins have one tool.
  package init(_ contents: ToolsContents, policy: Policy) {
    self.contents = contents
    tools =
      contents.plugins
      .flatMap { plugin in
        plugin.declaration.handlers.indices.compactMap {
          Tool(plugin, handler: $0, policy: policy)
        }
      }
      .sorted { $0.id.description < $1.id.description }
    byName = Dictionary(uniqueKeysWithValues: tools.map { ($0.id.description, $0) })
  }

  package var plugins: [Plugin] { contents.plugins }
  package var refused: [RefusedPlugin] { contents.refused }

  package func tool(_ name: String) -> Tool? { byName[name] }

  package subscript(id: ToolID) -> Tool? { byName[id.description] }
}
