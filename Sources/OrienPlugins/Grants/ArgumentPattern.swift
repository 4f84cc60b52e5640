import OrienModel

/// One word of a command line, as the operator allows it: a regular expression of the whole word.
struct ArgumentPattern: Sendable {
  private let source: String
  private let words: Words

  private enum Words {
    case one([UInt8])
    case each(Pattern)
  }

  init(_ source: String) throws(Failure) {
    self.source = source
    words =
      if let word = Self.word(source) { .one(word) } else {
        .each(try Pattern.compiled(source))
      }
  }

  /// A word is an option only where the pattern begins as one, and never leads upward: `.*` would
  /// take both else, and its author thought of neither.
  func admits(_ word: String) -> Bool {
    guard word.utf8.count <= Pattern.textBytes else { return false }
    if word.hasPrefix("-"), !source.hasPrefix("-"), !source.hasPrefix("\\-") { return false }
    let parts = word.split(omittingEmptySubsequences: false) { "/=:,".contains($0) }
    return !parts.contains("..") && isDescribed(word)
  }

  private func isDescribed(_ word: String) -> Bool {
    switch words {
    case .one(let only): word.utf8.elementsEqual(only)
    case .each(let pattern): pattern.isWhole(word)
    }
  }

  /// The only word that the expression describes, where it has no more than letters and what is
  /// escaped. Most of a command line is such words, and to compile all of them is what a start would
  /// do longest.
  private static func word(_ source: String) -> [UInt8]? {
    var word: [UInt8] = []
    var isEscaped = false
    for byte in source.utf8 {
      if isEscaped {
        // Of letters and digits an escape makes something else.
        guard byte < 0x80, !byte.isASCIIWord || byte == UInt8(ascii: "-") else { return nil }
        word.append(byte)
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if special.contains(byte) {
        return nil
      } else {
        word.append(byte)
      }
    }
    return isEscaped ? nil : word
  }

  private static let special = Array("^$.|?*+()[]{}".utf8)
}
