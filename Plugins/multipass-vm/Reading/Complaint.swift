/// What multipass writes beside its answer when something went wrong.
struct Complaint: Sendable {
  private static let mostLines = 6
  private static let mostLetters = 240

  /// Without what ornaments them, and none empty.
  let lines: [String]

  init(_ bytes: [UInt8]) {
    lines = Terminal.plain(bytes).split(separator: "\n").map(Self.trimmed).filter { !$0.isEmpty }
  }

  /// For people: its first lines, as one.
  var text: String {
    let shown = lines.prefix(Self.mostLines).map { line in
      line.count > Self.mostLetters ? line.prefix(Self.mostLetters) + "..." : line
    }
    return shown.joined(separator: " ") + (lines.count > Self.mostLines ? " ..." : "")
  }

  /// It says that there is no such instance, and nothing else: beside another complaint it would be
  /// a word of an engine in trouble.
  func saysAbsent(_ name: String) -> Bool {
    let said = said
    return !said.isEmpty && said.allSatisfy { $0 == "instance \"\(name)\" does not exist" }
  }

  func saysPresent(_ name: String) -> Bool {
    said.contains("instance \"\(name)\" already exists")
  }

  /// Nobody waited for it any longer; it goes on.
  var saysLate: Bool { has("timed out") }

  /// It is about what was asked for, and would be so again.
  var saysInvalid: Bool {
    has(
      "invalid disk size", "invalid memory size", "invalid instance name", "invalid remote",
      "unable to find an image", "is not a supported alias",
      "below minimum", "invalid number of")
  }

  /// The machine lacks what it takes.
  var saysLimited: Bool {
    has(
      "not enough", "no space left", "insufficient", "cannot allocate memory",
      "available disk (", "exceeds available", "disk quota")
  }

  private func has(_ phrases: String...) -> Bool {
    let text = lines.joined(separator: "\n").lowercased()
    return phrases.contains { text.end(of: $0) != nil }
  }

  /// Each thing that it says, without who says it, in one spelling.
  private var said: [String] {
    lines.compactMap { line in
      var words = line[...]
      if let end = line.end(of: " failed: ") { words = line[end...] }
      // What starts it has something to say of itself now and then.
      if words == "The following errors occurred:" || words.lowercased().hasPrefix("warning") {
        return nil
      }
      if words.last == "." { words = words.dropLast() }
      let spelt = words.map { $0 == "'" ? "\"" : $0 }
      return (words.first == "I" ? ["i"] + spelt.dropFirst() : spelt).reduce(into: "") {
        $0.append($1)
      }
    }
  }

  private static func trimmed(_ line: Substring) -> String {
    var line = line
    while line.first == " " { line.removeFirst() }
    while line.last == " " { line.removeLast() }
    return String(line)
  }
}

extension String {
  /// Where the first `phrase` is over; nil where it is nowhere.
  fileprivate func end(of phrase: String) -> Index? {
    indices.first { self[$0...].hasPrefix(phrase) }.map { index($0, offsetBy: phrase.count) }
  }
}
