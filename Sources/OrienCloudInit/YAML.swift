/// A document of YAML in which no value can be anything but what it was: each text is quoted, and
/// what is not a plain letter of ASCII's stands there as an escape. Names of members are the
/// program's own.
indirect enum YAML: Sendable {
  case bool(Bool)
  case text(String)
  case list([YAML])
  case map([(name: String, value: YAML)])

  /// As a document's top, from its first column.
  var document: String { lines(indent: 0).map { $0 + "\n" }.joined() }

  private func lines(indent: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    switch self {
    case .bool(let value): return [margin + (value ? "true" : "false")]
    case .text(let value): return [margin + Self.quoted(value)]
    case .list(let values) where values.isEmpty: return [margin + "[]"]
    case .map(let members) where members.isEmpty: return [margin + "{}"]
    case .list(let values):
      return values.flatMap { value in
        // What an element is begins on the line of its dash.
        var lines = value.lines(indent: indent + 2)
        lines[0] = margin + "- " + lines[0].dropFirst(indent + 2)
        return lines
      }
    case .map(let members):
      return members.flatMap { name, value in
        let lines = value.lines(indent: indent + 2)
        return value.isShort
          ? ["\(margin)\(name): \(lines[0].dropFirst(indent + 2))"] : ["\(margin)\(name):"] + lines
      }
    }
  }

  private var isShort: Bool {
    switch self {
    case .bool, .text: true
    case .list(let values): values.isEmpty
    case .map(let members): members.isEmpty
    }
  }

  /// In double quotes, the one form in which YAML has escapes. Line breaks of every kind, marks of
  /// byte order and all else that a reader might take for more than a letter is escaped.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22, 0x5C: quoted += "\\\(scalar)"
      case 0x20...0x7E: quoted.unicodeScalars.append(scalar)
      case ..<0x100: quoted += "\\x" + digits(scalar, 2)
      case ..<0x1_0000: quoted += "\\u" + digits(scalar, 4)
      default: quoted += "\\U" + digits(scalar, 8)
      }
    }
    return quoted + "\""
  }

  private static func digits(_ scalar: Unicode.Scalar, _ count: Int) -> String {
    let digits = String(scalar.value, radix: 16)
    return String(repeating: "0", count: count - digits.utf8.count) + digits
  }
}
