import Foundation
import Testing

@Suite("Tidy: the tree")
struct FolderTests {
  /// The folders among `paths` with more than 12 files in them.
  private func crowded(_ paths: [String]) -> [String] {
    Dictionary(grouping: paths) { $0.split(separator: "/").dropLast().joined(separator: "/") }
      .filter { $0.value.count > 12 }.map { "\($0.key): \($0.value.count) files" }.sorted()
  }

  @Test("A folder holds at most 12 files")
  func roomy() {
    let paths = Tree.sources.filter { $0.stands(in: ["Sources", "Plugins"]) }.map(\.path)
    #expect(crowded(paths).isEmpty)
  }

  @Test("A folder of 13 files is found, one of 12 is not")
  func findsCrowds() {
    let files = (1...12).map { "Sources/A/\($0).swift" }
    #expect(crowded(files + ["Sources/A/B/13.swift"]).isEmpty)
    #expect(crowded(files + ["Sources/A/13.swift"]) == ["Sources/A: 13 files"])
  }

  @Test("The top of the tree is what it says")
  func top() throws {
    let known: Set = [
      "Package.swift", "README.md", "Makefile", "LICENSE", "Sources", "Plugins", "Tests", "tools.d",
    ]
    let found = try FileManager.default.contentsOfDirectory(atPath: Tree.root)
    #expect(Set(found.filter { !$0.hasPrefix(".") }).subtracting(known).isEmpty)
  }

  @Test("swift format finds nothing to say")
  func formatted() throws {
    let format = Process()
    format.executableURL = URL(filePath: "/usr/bin/env")
    format.arguments =
      ["swift", "format", "lint", "--strict", "--parallel", "--recursive"]
      + ["--configuration", ".swift-format", "Package.swift", "Sources", "Plugins", "Tests"]
    format.currentDirectoryURL = URL(filePath: Tree.root)
    try format.run()
    format.waitUntilExit()
    #expect(format.terminationStatus == 0, "run `make format`")
  }
}
