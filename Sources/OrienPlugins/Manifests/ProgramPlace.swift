import OrienModel

/// Where a program is that a plugin starts, as the operator's settings say it and not the plugin's
/// manifest.
package struct ProgramPlace: Sendable {
  /// The library's name without `.so`.
  package var plugin: String
  /// What the manifest's grants call it.
  package var program: String
  /// The plugin's own setting that says where it is.
  package var setting: String
  package var path: String

  package init(plugin: String, program: String, setting: String, path: String) {
    self.plugin = plugin
    self.program = program
    self.setting = setting
    self.path = path
  }
}

extension Manifest {
  /// What the manifest grants stays as it is: only where that lies is another place.
  mutating func put(_ place: ProgramPlace) {
    for index in grants.programs.indices where grants.programs[index].name == place.program {
      grants.programs[index].path = place.path
    }
    config.removeAll { $0.name == place.setting }
    config.append(JSON.Member(place.setting, .string(place.path)))
  }
}
