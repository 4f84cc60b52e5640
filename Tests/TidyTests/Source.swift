/// One file of the tree as a rule sees it: where it stands, what it says, and what of that is code.
///
/// `code` and `literals` are as long as `text`, line by line, so that a place found in one of
/// them is the same place in the file.
struct Source: Sendable {
  enum Part: Sendable { case text, code, literals }

  /// From the tree's root, `Sources/OrienHTTP/Parser.swift`.
  let path: String
  let text: String
  /// The text with comments and the contents of string literals blanked out.
  let code: String
  /// The text with everything but the contents of string literals blanked out.
  let literals: String

  init(_ path: String, _ text: String) {
    self.path = path
    self.text = text
    var reading = Blanking(of: path)
    (code, literals) = reading.read(text)
  }

  subscript(part: Part) -> String {
    switch part {
    case .text: text
    case .code: code
    case .literals: literals
    }
  }

  /// The target that the file is of: `OrienHTTP` of `Sources/OrienHTTP/Parser.swift`, `fuzz-json`
  /// of `Tests/Fuzz/json/JSONFuzz.swift`.
  var module: String {
    let parts = path.split(separator: "/")
    if parts.count > 3, ["Fuzz", "Bench"].contains(parts[1]) {
      return "\(parts[1].lowercased())-\(parts[2])"
    }
    return parts.count > 2 ? String(parts[1]) : ""
  }

  var name: String { path.split(separator: "/").last.map(String.init) ?? "" }
  var folder: String { String(path.dropLast(name.count + 1)) }

  func stands(in folders: [String]) -> Bool { folders.contains { path.hasPrefix($0 + "/") } }

  func ends(in endings: [String]) -> Bool { endings.contains { path.hasSuffix("." + $0) } }

  /// The places where `pattern` is found in `part`, as `path:line: what stands there`.
  func places(of pattern: String, in part: Part) -> [String] {
    // Compiled here because a Regex cannot cross threads; patterns are few.
    guard let regex = try? Regex(pattern).wordBoundaryKind(.simple) else {
      return ["no regular expression: \(pattern)"]
    }
    guard self[part].contains(regex.anchorsMatchLineEndings()) else { return [] }
    return lines(of: part).enumerated().compactMap { number, line in
      line.firstMatch(of: regex).map { "\(path):\(number + 1): \(line[$0.range])" }
    }
  }

  func lines(of part: Part) -> [Substring] {
    let lines: [Substring] = self[part].split(separator: "\n", omittingEmptySubsequences: false)
    return lines.last == "" ? lines.dropLast() : lines
  }
}
