/// The shape of files: what a reader meets before the first line of meaning.
extension Rule {
  static let shape: [Rule] = [
    Rule(
      sentence: "A file is at most 300 lines",
      breaks: Source("Tests/XTests/Long.swift", String(repeating: "let a = 1\n", count: 301)),
      keeps: Source("Tests/XTests/Long.swift", String(repeating: "let a = 1\n", count: 300))
    ) { source in
      let count = source.lines(of: .text).count
      // The ABI is one header, so that an author needs no other.
      let isBounded = source.isProgram && source.name != "orien_plugin.h"
      return isBounded && count > 300 ? ["\(source.path): \(count) lines"] : []
    },
    Rule(
      sentence: "A line of C or of a script is at most 100 columns",
      breaks: Source("Plugins/x/x.c", "// " + String(repeating: "x", count: 98) + "\n"),
      keeps: Source("Plugins/x/x.c", "// " + String(repeating: "ü", count: 97) + "\n")
    ) { source in
      guard source.isC || source.isScript else { return [] }
      return source.lines(of: .text).enumerated().filter { $0.element.count > 100 }
        .map { "\(source.path):\($0.offset + 1): \($0.element.count) columns" }
    },
    .never(
      // A bracket keeps the pattern from matching itself.
      #"\b([T]ODO|[F]IXME|[X]XX|[H]ACK)\b"#, in: .text,
      "Nothing in the tree is marked as left undone",
      where: { _ in true },
      breaks: Source("Sources/X/X.swift", "// TO" + "DO: later\n"),
      keeps: Source("Sources/X/X.swift", "// What is to be done is done.\n")),
    Rule(
      sentence: "No file is a placeholder",
      breaks: Source("Sources/X/Placeholder.swift", "// Replaced.\n"),
      keeps: Source("Sources/X/Place.swift", "struct Place {}\n")
    ) { source in
      let says = source.isProgram && !source.stands(in: ["Tests/Fixtures"])
      let isEmpty = says && !source.code.contains { !$0.isWhitespace } && !source.isC
      return source.name == "Placeholder.swift" || isEmpty ? ["\(source.path): says nothing"] : []
    },
    Rule(
      sentence: "No folder or type is named for what has no name",
      breaks: Source("Sources/X/PluginManager.swift", "struct PluginManager {}\n"),
      keeps: Source("Sources/X/Catalogue.swift", "struct Catalogue {}\n")
    ) { source in
      guard source.stands(in: ["Sources", "Plugins"]) else { return [] }
      let vague = #"(^|/)(Core|Common|Misc)(/|\.)|(Utils?|Helpers?|Manager)(/|\.)"#
      return Source(source.path, source.path).places(of: vague, in: .text)
    },
    Rule(
      sentence: "Nothing names a path of the machine that it was written on",
      breaks: Source("Makefile", "x:\n\tcp \(Tree.root)a b\n"),
      keeps: Source("Makefile", "x:\n\tcp /usr/bin/a b\n")
    ) { source in
      let parent = Tree.root.split(separator: "/").dropLast().joined(separator: "/")
      guard !parent.isEmpty, source.text.contains("/\(parent)/") else { return [] }
      return ["\(source.path): names /\(parent)/"]
    },
  ]
}
