import Foundation

/// The files that the rules are held against: everything written by hand in this checkout.
enum Tree {
  /// The checkout's folder, from where this very file stands in it.
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path(percentEncoded: false)

  static let sources: [Source] =
    (top + ["Sources", "Plugins", "Tests", ".ci"].flatMap(paths(in:))).sorted()
    .compactMap { path in
      (try? String(contentsOfFile: root + path, encoding: .utf8)).map { Source(path, $0) }
    }

  static func source(_ path: String) throws -> Source {
    Source(path, try String(contentsOfFile: root + path, encoding: .utf8))
  }

  private static let top = ["Package.swift", "Makefile", "README.md"]
  private static let generated = ["__pycache__", ".build", "corpus"]
  private static let endings = ["swift", "c", "h", "cpp", "py", "sh", "lua", "md", "json", "map"]

  private static func paths(in folder: String) -> [String] {
    let all = FileManager.default.enumerator(atPath: root + folder)?.allObjects as? [String] ?? []
    return all.filter { path in
      let parts = path.split(separator: "/")
      let name = parts.last ?? ""
      return !parts.contains { generated.contains(String($0)) }
        && (folder == ".ci" || endings.contains { name.hasSuffix("." + $0) })
    }.map { folder + "/" + $0 }
  }
}
