import OrienModel
import OrienSystem

extension ToolsFolder {
  /// The devices that manifests name, each once, in the order of the files' names: the jail is told
  /// of them before any plugin is loaded. What is wrong with the folder or with a manifest the load
  /// says.
  package func devices() -> [String] { named(\.devices) }

  /// The folders and sockets of the machine that manifests name, in the same way.
  package func places() -> [String] { named { $0.grants.folders.map(\.path) + $0.grants.sockets } }

  private func named(_ names: (Manifest) -> [String]) -> [String] {
    var all: [String] = []
    for manifest in manifests {
      for name in names(manifest) where !all.contains(name) { all.append(name) }
    }
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
