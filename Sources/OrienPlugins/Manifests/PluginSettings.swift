package import OrienModel

/// What the operator's settings say of a plugin that its manifest does not: values of its own
/// settings, and what it has of the machine for them.
package struct PluginSettings: Sendable {
  /// The library's name without `.so`.
  package var plugin: String
  /// The plugin's own settings, over those of its manifest.
  package var config: [JSON.Member] = []
  /// Where programs are that the manifest's grants name; no other is granted for that.
  package var programs: [String: String] = [:]
  /// Folders that it reads beside the manifest's.
  package var folders: [Grants.Share] = []
  /// Sockets that it reaches in place of the manifest's; nil: those.
  package var sockets: [String]?
  /// Places that it reaches beside the manifest's, as `HOST:PORT`.
  package private(set) var hosts: [String] = []

  package init(_ plugin: String) { self.plugin = plugin }

  /// `url` is what it is told to ask.
  package mutating func reach(_ url: String) {
    let host = Need.target(url)
    if !hosts.contains(host) { hosts.append(host) }
  }
}

extension Manifest {
  mutating func put(_ settings: PluginSettings) {
    for index in grants.programs.indices {
      guard let path = settings.programs[grants.programs[index].name] else { continue }
      grants.programs[index].path = path
    }
    for member in settings.config {
      config.removeAll { $0.name == member.name }
      config.append(member)
    }
    // Where the manifest says it otherwise, that holds.
    let places = Set(grants.folders.map(\.place))
    grants.sockets = settings.sockets ?? grants.sockets
    grants.folders += settings.folders.filter { !places.contains($0.place) }
    guard !settings.hosts.isEmpty else { return }
    var entries: [String] = []
    if case .allow(let own) = network { entries = own }
    network = .allow(entries + settings.hosts.filter { !entries.contains($0) })
  }
}

extension Grants.Share {
  /// A folder that is only read, where the worker finds it at its own path as far as a jail has room
  /// there, and else at `place`.
  package static func read(_ path: String, orAt place: String) -> Grants.Share {
    let fits = Grants.tops.contains { path.hasPrefix("/\($0)/") }
    return Grants.Share(path: path, place: fits ? path : place, isWritable: false)
  }
}
