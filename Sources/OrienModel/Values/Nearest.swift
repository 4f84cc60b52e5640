/// The word that somebody meant who wrote another one.
package enum Nearest {
  /// The candidate with the fewest slips (a letter too many, missing, wrong, or two changed
  /// about), whatever the case; nil where none is within a third of the word's length. The first
  /// of equals.
  package static func word(
    to word: String, among candidates: some Sequence<String>
  ) -> String? {
    guard word.utf8.count <= 64 else { return nil }
    let typed = folded(word)
    var slips = max(1, typed.count / 3) + 1
    var nearest: String?
    for candidate in candidates where abs(candidate.utf8.count - typed.count) < slips {
      let distance = distance(typed, folded(candidate))
      if distance < slips {
        slips = distance
        nearest = candidate
      }
    }
    return nearest
  }

  /// `; did you mean WORD?`, or nothing: the end of a message about an unknown word.
  package static func hint(for word: String, among candidates: some Sequence<String>) -> String {
    self.word(to: word, among: candidates).map { "; did you mean \($0)?" } ?? ""
  }

  private static func folded(_ word: String) -> [UInt8] {
    word.utf8.map {
      $0.isASCIILetter ? $0 | 0x20 : $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0
    }
  }

  /// Damerau and Levenshtein's distance, no part edited twice, by three rows of its table.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for (i, letter) in a.enumerated() {
      var row = [i + 1]
      for (j, other) in b.enumerated() {
        var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (letter == other ? 0 : 1))
        if i > 0, j > 0, letter == b[j - 1], a[i - 1] == other {
          best = min(best, beforeLast[j - 1] + 1)
        }
        row.append(best)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
