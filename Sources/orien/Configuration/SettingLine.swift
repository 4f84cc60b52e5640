import OrienModel

/// One line of a file of settings: `KEY=VALUE`, as shells and systemd take it.
struct SettingLine: Equatable {
  let number: Int
  /// Nil where the line is none.
  let name: String?
  let value: String

  /// Every line that is neither blank nor a comment.
  static func lines(of text: String) -> [SettingLine] {
    text.lines.enumerated()
      .compactMap { SettingLine(number: $0.offset + 1, line: $0.element) }
  }

  private init?(number: Int, line: Substring) {
    var line = line.trimmed
    guard !line.isEmpty, !line.hasPrefix("#") else { return nil }
    if line.hasPrefix("export ") { line = line.dropFirst(7).trimmed }
    self.number = number
    guard let sign = line.firstIndex(of: "="), Self.isName(line[..<sign]) else {
      name = nil
      value = ""
      return
    }
    name = String(line[..<sign])
    value = Self.unquoted(line[line.index(after: sign)...].trimmed)
  }

  private static func isName(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0.isASCIIWord && $0 != UInt8(ascii: "-") }
  }

  /// Without the quotes around the whole of it.
  private static func unquoted(_ text: Substring) -> String {
    guard text.count >= 2, let quote = text.first, quote == text.last, quote == "\"" || quote == "'"
    else { return String(text) }
    return String(text.dropFirst().dropLast())
  }
}

extension String {
  /// Its lines, as Unix ends them or as Windows does, which to Swift is one character.
  var lines: [Substring] {
    split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
  }
}

extension Substring {
  /// Without blanks around it.
  fileprivate var trimmed: Substring {
    let isBlank = { (character: Character) in character.isWhitespace }
    guard let last = lastIndex(where: { !isBlank($0) }) else { return "" }
    return self[...last].drop(while: isBlank)
  }
}
