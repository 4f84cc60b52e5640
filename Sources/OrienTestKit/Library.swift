import Foundation
import Synchronization

/// A plugin's library as a test has one: built by the package, or made by the system's compiler of
/// `Tests/Fixtures`; or the manifest alone of a declared tool.
package struct Library: Sendable {
  /// Its name in `tools.d`, without `.so`.
  package var name: String
  /// Where the library is; nil where there is none.
  package var path: String?
  /// The text of its manifest.
  package var manifest: String?

  /// A plugin of the package.
  package static func built(_ name: String, manifest: String? = nil) -> Library {
    Library(name: name, path: Built.folder + "/lib\(name).so", manifest: manifest)
  }

  /// What `Tests/Fixtures/<source>.c` makes with these definitions and the linker's options; each
  /// variant is made once in a process.
  package static func fixture(
    _ source: String, _ definitions: [String] = [], link: [String] = [], manifest: String? = nil
  ) throws -> Library {
    Library(
      name: source, path: try Fixtures.library(source, definitions, link), manifest: manifest)
  }

  package static func declared(_ name: String, _ manifest: String) -> Library {
    Library(name: name, path: nil, manifest: manifest)
  }

  package var bytes: [UInt8]? {
    get throws { try path.map { [UInt8](try Data(contentsOf: URL(filePath: $0))) } }
  }
}

/// The programs that the package has built: they lie beside the one that runs the tests.
package enum Built {
  package static let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().path(percentEncoded: false)

  package static let jail = folder + "/orien-jail"
  package static let worker = folder + "/orien-worker"
}

/// The libraries that were made in this process, removed with it.
private enum Fixtures {
  private static let built = Mutex<(folder: Scratch?, paths: [String: String])>((nil, [:]))

  fileprivate static let tree = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path(percentEncoded: false)

  static func library(
    _ source: String, _ definitions: [String], _ link: [String]
  ) throws -> String {
    let key = ([source] + definitions + link).joined(separator: " ")
    return try built.withLock { built in
      if let path = built.paths[key] { return path }
      if built.folder == nil {
        built.folder = Scratch()
        atexit { Fixtures.remove() }
      }
      let path = built.folder! / "\(source)-\(built.paths.count).so"
      try run(
        ["cc", "-std=gnu17", "-g", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror"]
          + ["-I", tree + "/Sources/COrienABI/include", tree + "/Tests/Fixtures/\(source).c"]
          + definitions.map { "-D" + $0 } + link + ["-o", path])
      built.paths[key] = path
      return path
    }
  }

  private static func remove() { built.withLock { $0.folder = nil } }

  private static func run(_ words: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(command: words) }
  }

  struct Failed: Error { var command: [String] }
}

/// The pages of the roles that tests have.
package enum TestRoles {
  package static let folder = Fixtures.tree + "/Tests/Fixtures/roles"
}
