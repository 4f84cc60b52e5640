import OrienModel
import OrienSystem

extension ToolsFolder {
  /// The devices that manifests name, each once, in the order of the files' names: the jail is told
  /// of them before any plugin is loaded. What is wrong with the folder or with a manifest the load
  /// says.
  package func devices() -> [String] {
    guard let folder = try? Folder(at: path), let names = try? folder.names(atMost: Self.mostNames)
    else { return [] }
    let libraries = Set(names.filter { LibraryName($0) == .library }.map(\.text))
    var devices: [String] = []
    for path in names.sorted(by: { $0.text < $1.text }) where LibraryName(path) == .manifest {
      let name = LibraryName.stem(of: path.text)
      guard let bytes = try? LibraryFile.manifest(path, in: folder),
        let manifest = libraries.contains(name + ".so")
          ? try? Manifest(parsing: bytes) : try? DeclaredTool(parsing: bytes, named: name).manifest
      else { continue }
      for device in manifest.devices where !devices.contains(device) { devices.append(device) }
    }
    return devices
  }
}
