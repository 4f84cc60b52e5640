import OrienModel
import OrienSystem

/// What manifests name of the machine, each once, in the order of the files' names.
package struct NamedPlaces {
  package var devices: [String] = []
  /// Folders and sockets.
  package var places: [String] = []
}

extension ToolsFolder {
  /// The jail is told of it before any plugin is loaded. What is wrong with the folder or with a
  /// manifest the load says.
  package func named() -> NamedPlaces {
    let manifests = manifests
    return NamedPlaces(
      devices: Self.once(manifests.map(\.devices)),
      places: Self.once(manifests.map { $0.grants.folders.map(\.path) + $0.grants.sockets }))
  }

  private static func once(_ names: [[String]]) -> [String] {
    var all: [String] = []
    for name in names.joined() where !all.contains(name) { all.append(name) }
    return all
  }

  private var manifests: [Manifest] {
    guard let folder = try? Folder(at: path), let names = try? folder.names(atMost: Self.mostNames)
    else { return [] }
    let libraries = Set(names.filter { LibraryName($0) == .library }.map(\.text))
    return names.sorted { $0.text < $1.text }.filter { LibraryName($0) == .manifest }
      .compactMap { path in
        let name = LibraryName.stem(of: path.text)
        guard let bytes = try? LibraryFile.manifest(path, in: folder) else { return nil }
        return libraries.contains(name + ".so")
          ? try? Manifest(parsing: bytes) : try? DeclaredTool(parsing: bytes, named: name).manifest
      }
  }
}
