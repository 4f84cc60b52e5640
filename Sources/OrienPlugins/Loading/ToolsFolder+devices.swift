import OrienModel
import OrienSystem

extension ToolsFolder {
  /// The devices that manifests name, each once, in the order of the libraries' names: the jail is
  /// told of them before any plugin is loaded. What is wrong with the folder or with a manifest the
  /// load says.
  package func devices() -> [String] {
    guard let folder = try? Folder(at: path), let names = try? folder.names(atMost: Self.mostNames)
    else { return [] }
    let libraries = names.filter { LibraryName($0) == .library }.map(\.text).sorted()
    var devices: [String] = []
    for library in libraries {
      guard let path = try? FolderPath(library.dropLast(3) + ".json"),
        let bytes = try? LibraryFile.manifest(path, in: folder),
        let manifest = try? Manifest(parsing: bytes)
      else { continue }
      for device in manifest.devices where !devices.contains(device) { devices.append(device) }
    }
    return devices
  }
}
