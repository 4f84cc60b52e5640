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
      sentence: "The node imports neither Foundation nor Dispatch",
      breaks: Source("Sources/orien/X.swift", "import Foundation\n"),
      keeps: Source("Tests/OrienModelTests/X.swift", "import Foundation\n")
    ) { source in
      source.isNode
        ? imports(of: ["Foundation", "FoundationEssentials", "Dispatch"], in: source) : []
    },
    Rule(
      sentence: "Only OrienSystem imports Glibc",
      breaks: Source("Sources/OrienKernel/X.swift", "internal import Glibc\n"),
      keeps: Source("Sources/OrienSystem/X.swift", "internal import Glibc\n")
    ) { source in
      source.isNode && source.module != "OrienSystem" ? imports(of: ["Glibc"], in: source) : []
    },
    Rule(
      sentence:
        "A plugin imports the ABI, the kit, the two clients, what is known of machines and C libraries",
      breaks: Source("Plugins/python_script/X.swift", "import OrienKernel\n"),
      keeps: Source("Plugins/python_script/X.swift", "import OrienKit\n")
    ) { source in
      guard source.stands(in: ["Plugins"]) else { return [] }
      let allowed = [
        "COrienABI", "OrienKit", "OrienHTTPClient", "OrienEVM", "OrienCloudInit", "OrienDiskImage",
        "OrienMachineBackend",
      ]
      let ours = modules(importedBy: source).filter { $0.contains("Orien") }
      return imports(of: ours.filter { !allowed.contains($0) }, in: source)
    },
  ]

  static func modules(importedBy source: Source) -> [String] {
    let words =
      /^\s*(?:@\w+(?:\(\w*\))?\s+)*(?:\w+\s+)?import\s+(?:struct\s+|class\s+|enum\s+|func\s+|let\s+|var\s+)?(\w+)/
      .anchorsMatchLineEndings()
    return source.code.matches(of: words).map { String($0.1) }
  }

  private static func imports(of names: [String], in source: Source) -> [String] {
    modules(importedBy: source).filter(names.contains).map { "\(source.path): imports \($0)" }
  }

  /// What a file imports that is neither in its module's row nor the toolchain's.
  private static func strangers(in source: Source, _ table: LayerTable) -> [String] {
    guard source.stands(in: ["Sources", "Plugins", "Tests"]) else { return [] }
    let toolchain = [
      "Swift", "Synchronization", "Glibc", "Foundation", "FoundationEssentials", "Dispatch",
      "Testing",
    ]
    let allowed = toolchain + (table[source.module]?.uses ?? [])
    return imports(of: modules(importedBy: source).filter { !allowed.contains($0) }, in: source)
  }
}
