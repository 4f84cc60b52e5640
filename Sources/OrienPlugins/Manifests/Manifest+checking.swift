import OrienModel

extension Manifest {
  /// Holds the manifest to the plugin that it is about, and answers the plugin's settings.
  ///
  /// A price or limit of a tool or unit that the plugin does not have would be one that never holds.
  func settings(of plugin: PluginDeclaration) throws(Failure) -> CheckedArguments {
    let tools = plugin.handlers.map(\.name)
    for name in self.tools.keys.sorted() where !tools.contains(name) {
      throw Failure(
        .invalid, "bad-manifest",
        "manifest.tools: \(plugin.id) has no \(name.quoted)" + Nearest.hint(for: name, among: tools)
      )
    }
    try check(price, "manifest", plugin.handlers)
    for (name, terms) in self.tools {
      try check(terms.price, "manifest.tools.\(name)", plugin.handlers.filter { $0.name == name })
    }
    do throws(Failure) {
      return try CheckedArguments(
        checking: .object(config), against: plugin.settings, base: "config")
    } catch {
      throw Failure(.invalid, "bad-manifest", "manifest: \(error.message)", faults: error.faults)
    }
  }

  private func check(
    _ price: Price?, _ path: String, _ handlers: [ToolDeclaration]
  ) throws(Failure) {
    let units = Set(handlers.flatMap(\.units))
    for unit in price?.perUnit.keys.sorted() ?? [] where !units.contains(unit) {
      throw Failure(
        .invalid, "bad-manifest",
        "\(path).price.perUnit: nothing meters \(unit.quoted)"
          + Nearest.hint(for: unit, among: units.sorted()))
    }
  }
}
