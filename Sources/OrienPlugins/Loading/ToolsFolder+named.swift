import OrienModel
import OrienSystem

/// What manifests name of the machine, each once, in the order of the files' names.
package struct NamedPlaces {
  package var devices: [String] = []
  /// Folders and sockets.
  package var places: [String] = []
  /// By the name of its library, for the judgement that follows.
  var manifests: [String: ReadManifest] = [:]
}

/// A manifest, and what it was read from.
struct ReadManifest: Sendable {
  let bytes: [UInt8]
  let manifest: Manifest

  init(_ bytes: [UInt8]) throws(Failure) {
    self.bytes = bytes
    manifest = try Manifest(parsing: bytes)
  }
}

extension ToolsFolder {
  /// The jail is told of it before any plugin is loaded. What is wrong with the folder or with a
  /// manifest the load says.
  package func named() -> NamedPlaces {
    var named = NamedPlaces()
    let manifests = manifests(keeping: &named.manifests)
    named.devices = Self.once(manifests.map(\.devices))
    named.places = Self.once(manifests.map { $0.grants.folders.map(\.path) + $0.grants.sockets })
    return named
  }

  private static func once(_ names: [[String]]) -> [String] {
    var all: [String] = []
    for name in names.joined() where !all.contains(name) { all.append(name) }
    return all
  }

  private func manifests(keeping ofLibraries: inout [String: ReadManifest]) -> [Manifest] {
    guard let folder = try? Folder(at: path), let names = try? folder.names(atMost: Self.mostNames)
    else { return [] }
    let libraries = Set(names.filter { LibraryName($0) == .library }.map(\.text))
    var manifests: [Manifest] = []
    for path in names.sorted(by: { $0.text < $1.text }) where LibraryName(path) == .manifest {
      let name = LibraryName.stem(of: path.text)
      guard let bytes = try? LibraryFile.manifest(path, in: folder) else { continue }
      if !libraries.contains(name + ".so") {
        guard let tool = try? DeclaredTool(parsing: bytes, named: name) else { continue }
        manifests.append(tool.manifest)
      } else if let one = try? ReadManifest(bytes) {
        ofLibraries[name] = one
        manifests.append(one.manifest)
      }
    }
    return manifests
  }
}
