import Foundation
import Testing

/// The header as compilers see it: what plugins that exist were compiled against.
@Suite("The ABI's header")
struct LayoutTests {
  private static let tree = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  @Test(
    "compiles by itself, without a warning, as C11 and as C++17",
    arguments: [
      ["cc", "-std=c11", "-x", "c"], ["c++", "-std=c++17", "-x", "c++"],
      ["clang", "-std=c11", "-x", "c"], ["clang", "-std=c++17", "-x", "c++"],
    ])
  func compiles(compiler: [String]) throws {
    let source = """
      #include "orien_plugin.h"
      int has(const orien_plugin *plugin) { return ORIEN_HAS(plugin, probe); }
      """
    let options = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-"]
    let (_, said) = try Self.run(compiler + Self.include + options, input: source)
    #expect(said == "")
  }

  @Test("lays out every struct as the golden dump has it")
  func golden() throws {
    // Only a struct whose size is asked for is laid out.
    let uses = Self.structs.map { "char use_\($0)[sizeof(\($0))];" }.joined(separator: "\n")
    let (dump, _) = try Self.run(
      ["clang", "-std=c11", "-x", "c"] + Self.include
        + ["-fsyntax-only", "-Xclang", "-fdump-record-layouts", "-"],
      input: "#include \"orien_plugin.h\"\n\(uses)\n")
    let layout = Self.normalized(dump)
    for name in Self.structs { #expect(layout.contains("\n\(name) ")) }
    let path = Self.tree + "/Tests/Golden/abi-layout.txt"
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try layout.write(toFile: path, atomically: true, encoding: .utf8)
    }
    #expect(try layout == String(contentsOfFile: path, encoding: .utf8))
  }

  /// Every struct that the header defines.
  private static let structs: [String] = {
    let header =
      (try? String(contentsOfFile: "\(include[1])/orien_plugin.h", encoding: .utf8)) ?? ""
    return header.matches(of: /struct (orien_\w+) \{/).map { String($0.1) }.sorted()
  }()

  private static let include = ["-I", tree + "/Sources/COrienABI/include"]

  /// A line a struct with its size and alignment, below it a line a field with its offset; structs
  /// in the order of their names.
  private static func normalized(_ dump: String) -> String {
    let blocks = dump.components(separatedBy: "*** Dumping AST Record Layout")
    let layouts = blocks.compactMap { block -> String? in
      guard let name = block.firstMatch(of: /\|\s+struct (orien_\w+)\n/)?.1,
        let size = block.firstMatch(of: /\[sizeof=(\d+), align=(\d+)\]/)
      else { return nil }
      let fields = block.matches(of: /(\d+) \|   (\w.*)\n/).map { "  \($0.1) \($0.2)\n" }
      return "\n\(name) \(size.1) bytes, aligned to \(size.2)\n" + fields.joined()
    }
    return "The layout of orien_plugin.h: offset, type and name of each field.\n"
      + Set(layouts).sorted().joined()
  }

  private static func run(_ words: [String], input: String) throws -> (String, String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    let (inputEnd, outputEnd, errorEnd) = (Pipe(), Pipe(), Pipe())
    process.standardInput = inputEnd
    process.standardOutput = outputEnd
    process.standardError = errorEnd
    try process.run()
    inputEnd.fileHandleForWriting.write(Data(input.utf8))
    try inputEnd.fileHandleForWriting.close()
    let output = outputEnd.fileHandleForReading.readDataToEndOfFile()
    let errors = errorEnd.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (String(decoding: output, as: UTF8.self), String(decoding: errors, as: UTF8.self))
  }
}
