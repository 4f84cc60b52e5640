import OrienPlugins

/// That a plugin is wanted: by somebody's request on its way, or by an execution until it is over.
/// Whoever holds one keeps a plugin open that is in the catalogue no more. Belongs to the loop.
final class PluginUse {
  private let uses: PluginUses
  private let plugin: Plugin

  fileprivate init(of plugin: Plugin, in uses: PluginUses) {
    self.uses = uses
    self.plugin = plugin
    uses.begin(plugin)
  }

  deinit { uses.end(plugin) }
}

/// Who uses which plugin, so that one which was replaced is closed when nobody does. Belongs to the
/// loop.
final class PluginUses {
  private var counts: [ObjectIdentifier: Int] = [:]
  /// Out of the catalogue, and still used.
  private var retired: [Plugin] = []
  /// Called for each plugin that was retired and is not used.
  var onUnused: (Plugin) -> Void = { _ in }

  func use(_ plugin: Plugin) -> PluginUse { PluginUse(of: plugin, in: self) }

  func retire(_ plugin: Plugin) {
    if counts[ObjectIdentifier(plugin)] == nil {
      onUnused(plugin)
    } else {
      retired.append(plugin)
    }
  }

  fileprivate func begin(_ plugin: Plugin) { counts[ObjectIdentifier(plugin), default: 0] += 1 }

  fileprivate func end(_ plugin: Plugin) {
    let key = ObjectIdentifier(plugin)
    guard let count = counts[key], count == 1 else {
      counts[key]? -= 1
      return
    }
    counts[key] = nil
    guard let place = retired.firstIndex(where: { $0 === plugin }) else { return }
    retired.remove(at: place)
    onUnused(plugin)
  }
}
