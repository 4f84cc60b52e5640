/// Who may import what: the row of Package.swift, and of the system only what is listed here.
extension Rule {
  private static let table = LayerTable(
    manifest: (try? Tree.source("Package.swift").text) ?? "")

  static let imports: [Rule] = [
    Rule(
      sentence: "A file imports only what its module's row allows",
      breaks: Source("Sources/OrienModel/X.swift", "import OrienKernel\n"),
      keeps: Source("Sources/OrienKernel/X.swift", "package import OrienModel\n")
    ) { source in
      source.isSwift ? strangers(in: source, table) : []
    },
    Rule(
      sentence: "The node never imports Foundation",
      breaks: Source("Sources/orien/X.swift", "import Foundation\n"),
      keeps: Source("Tests/OrienModelTests/X.swift", "import Foundation\n")
    ) { source in
      source.isSwift ? strangers(in: source, table) : []
    },
    Rule(
      sentence: "Only OrienSystem imports Glibc",
      breaks: Source("Sources/OrienKernel/X.swift", "internal import Glibc\n"),
      keeps: Source("Sources/OrienSystem/X.swift", "internal import Glibc\n")
    ) { source in
      source.isSwift ? strangers(in: source, table) : []
    },
    Rule(
      sentence: "A plugin imports the ABI, the kit, the HTTP client and C libraries",
      breaks: Source("Plugins/python_script/X.swift", "import OrienKernel\n"),
      keeps: Source("Plugins/python_script/X.swift", "import OrienKit\n")
    ) { source in
      guard source.stands(in: ["Plugins"]) else { return [] }
      let allowed = ["COrienABI", "OrienKit", "OrienHTTPClient"]
      return modules(importedBy: source).filter { name in
        name.hasPrefix("Orien") && !allowed.contains(name) || name.hasPrefix("Foundation")
      }.map { "\(source.path): \($0)" }
    },
  ]

  static func modules(importedBy source: Source) -> [String] {
    let words =
      /^\s*(?:@\w+(?:\(\w*\))?\s+)*(?:\w+\s+)?import\s+(?:struct\s+|class\s+|enum\s+|func\s+|let\s+|var\s+)?(\w+)/
      .anchorsMatchLineEndings()
    return source.code.matches(of: words).map { String($0.1) }
  }

  private static func strangers(in source: Source, _ table: LayerTable) -> [String] {
    guard source.stands(in: ["Sources", "Plugins", "Tests"]) else { return [] }
    let own = table[source.module]?.uses ?? []
    return modules(importedBy: source).filter { !own.contains($0) && !isSystems($0, for: source) }
      .map { "\(source.path): \(source.module) may not import \($0)" }
  }

  /// Whether `name` is a module of the toolchain that this file may use.
  private static func isSystems(_ name: String, for source: Source) -> Bool {
    switch name {
    case "Swift", "Synchronization": true
    case "Glibc": source.module == "OrienSystem" || !source.isNode
    case "Testing": !source.isNode
    case "Foundation": !source.isNode
    case "PackageDescription": source.name == "Package.swift"
    default: false
    }
  }
}
