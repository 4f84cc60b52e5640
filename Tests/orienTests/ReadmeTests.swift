import Foundation
import Testing

@testable import orien

// One after another: each may rewrite the file.
@Suite("The README's tables", .serialized)
struct ReadmeTests {
  private static let path = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "README.md").path

  @Test(
    "A table of the README is what the program says; UPDATE_GOLDEN=1 rewrites it",
    arguments: Help.markdown.map(\.name))
  func table(_ name: String) throws {
    let text = try #require(Help.markdown.first { $0.name == name }?.text)
    let readme = try String(contentsOfFile: Self.path, encoding: .utf8)
    let begin = try #require(readme.firstRange(of: "<!-- table: \(name) -->\n"))
    let end = try #require(readme[begin.upperBound...].firstRange(of: "<!-- end -->"))
    guard ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != "1" else {
      let fresh = readme[..<begin.upperBound] + text + readme[end.lowerBound...]
      try fresh.write(toFile: Self.path, atomically: true, encoding: .utf8)
      return
    }
    #expect(readme[begin.upperBound..<end.lowerBound] == text)
  }
}
