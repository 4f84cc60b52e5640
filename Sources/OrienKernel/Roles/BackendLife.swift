import OrienPlugins

/// One life of a role's backend: from when it has read its settings and files until it ends, or another
/// takes its place. What it has said of those holds for so long.
package struct BackendLife: Sendable, Equatable {
  private let plugin: String
  private let generation: UInt64
  private let pastProcesses: UInt64

  init(_ plugin: Plugin) {
    self.init(
      plugin: plugin.id, generation: plugin.generation, pastProcesses: plugin.pastProcesses)
  }

  package init(plugin: String, generation: UInt64, pastProcesses: UInt64 = 0) {
    self.plugin = plugin
    self.generation = generation
    self.pastProcesses = pastProcesses
  }
}
