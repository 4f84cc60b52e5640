import Testing

/// One rule of the house, with the proof that it bites: a file that breaks it, and one that
/// looks much like that and does not.
struct Rule: Sendable, CustomTestStringConvertible {
  let sentence: String
  let breaks: Source
  let keeps: Source
  /// The faults of one file, each naming its place; none where the rule says nothing of that file.
  let faults: @Sendable (Source) -> [String]

  var testDescription: String { sentence }

  static let all = shape + absence + imports

  /// A rule that `pattern` stands nowhere in `part` of the files that `covers` picks.
  static func never(
    _ pattern: String, in part: Source.Part = .code, _ sentence: String,
    where covers: @escaping @Sendable (Source) -> Bool, breaks: Source, keeps: Source
  ) -> Rule {
    Rule(sentence: sentence, breaks: breaks, keeps: keeps) { source in
      covers(source) ? source.places(of: pattern, in: part) : []
    }
  }
}

extension Source {
  /// What runs in the node's own processes, and what plugins link.
  var isNode: Bool {
    (isSwift || isC) && stands(in: ["Sources", "Plugins"])
      && !stands(in: ["Sources/OrienTestKit"])
  }
  var isSwift: Bool { ends(in: ["swift"]) }
  var isC: Bool { ends(in: ["c", "h", "cpp"]) }
  var isScript: Bool { ends(in: ["py", "sh", "lua"]) || stands(in: [".ci"]) || path == "Makefile" }
  var isProgram: Bool { isSwift || isC || isScript }
}
