import OrienPlugins

/// That a plugin is wanted: by somebody's request on its way, or by an execution until it is over.
/// All who want it hold the same one, and keep open by it a plugin that is in the catalogue no more.
/// Belongs to the loop.
final class PluginUse {
  private let uses: PluginUses
  private let plugin: Plugin

  fileprivate init(of plugin: Plugin, in uses: PluginUses) {
    self.uses = uses
    self.plugin = plugin
  }

  deinit { uses.end(plugin) }
}

/// Who uses which plugin, so that one which was replaced is closed when nobody does. Belongs to the
/// loop.
final class PluginUses {
  private struct Current {
    unowned let use: PluginUse
  }
  private var current: [ObjectIdentifier: Current] = [:]
  /// Out of the catalogue, and still used.
  private var retired: [Plugin] = []
  /// Called for each plugin that was retired and is not used.
  var onUnused: (Plugin) -> Void = { _ in }

  func use(_ plugin: Plugin) -> PluginUse {
    if let current = current[ObjectIdentifier(plugin)] { return current.use }
    let use = PluginUse(of: plugin, in: self)
    current[ObjectIdentifier(plugin)] = Current(use: use)
    return use
  }

  func retire(_ plugin: Plugin) {
    if current[ObjectIdentifier(plugin)] == nil {
      onUnused(plugin)
    } else {
      retired.append(plugin)
    }
  }

  fileprivate func end(_ plugin: Plugin) {
    current[ObjectIdentifier(plugin)] = nil
    guard let place = retired.firstIndex(where: { $0 === plugin }) else { return }
    retired.remove(at: place)
    onUnused(plugin)
  }
}
