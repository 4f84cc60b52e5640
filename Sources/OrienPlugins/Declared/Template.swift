import OrienModel

/// A text with places for arguments, as an operator writes it: `--size={width}x{height}`. `{{` and
/// `}}` stand for braces; any other brace is refused, so that a slip is no text that a program sees.
///
/// What a caller gives is put in as it is and never read again: a value that looks like a place is
/// none.
struct Template: Sendable, Equatable {
  enum Piece: Sendable, Equatable {
    case text(String)
    /// An argument by its place in the declaration.
    case argument(Int)
  }

  private(set) var pieces: [Piece] = []

  /// The argument that is all of it; nil where there is more or less.
  var whole: Int? {
    if pieces.count == 1, case .argument(let index) = pieces[0] { index } else { nil }
  }

  var arguments: [Int] {
    pieces.compactMap { if case .argument(let index) = $0 { index } else { nil } }
  }

  /// `refusal` says where the text stands.
  init(
    _ text: String, arguments names: [String], refusal: (String) -> Failure
  ) throws(Failure) {
    var rest = Substring(text)
    var plain = ""
    while let brace = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
      plain += rest[..<brace]
      let mark = rest[brace]
      rest = rest[rest.index(after: brace)...]
      if rest.first == mark {
        plain.append(mark)
        rest.removeFirst()
        continue
      }
      guard mark == "{", let end = rest.firstIndex(of: "}") else {
        throw refusal("\(text.quoted) has a brace alone; a brace as such is {{ or }}")
      }
      let name = String(rest[..<end])
      guard let index = names.firstIndex(where: name.hasSameBytes) else {
        throw refusal(
          "no argument is named \(name.quoted)" + Nearest.hint(for: name, among: names)
            + "; a brace as such is {{ or }}")
      }
      if !plain.isEmpty { pieces.append(.text(plain)) }
      plain = ""
      pieces.append(.argument(index))
      rest = rest[rest.index(after: end)...]
    }
    plain += rest
    if !plain.isEmpty || pieces.isEmpty { pieces.append(.text(plain)) }
  }

  /// The text with `value` of each argument in its place; nil where one of them is absent.
  func filled(_ value: (Int, _ isFirst: Bool) -> String?) -> String? {
    var text = ""
    for (place, piece) in pieces.enumerated() {
      switch piece {
      case .text(let plain): text += plain
      case .argument(let index):
        guard let value = value(index, place == 0) else { return nil }
        text += value
      }
    }
    return text
  }
}
