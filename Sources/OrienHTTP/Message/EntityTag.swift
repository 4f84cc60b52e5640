/// What tells one content from any other at the same place: equal tags are equal bytes (RFC 9110,
/// 8.8.3).
package struct EntityTag: Equatable, Sendable {
  /// As the `ETag` field has it.
  package let text: String

  /// `word` is the program's own: visible ASCII without quotes and commas, or this traps.
  package init(_ word: String) {
    precondition(
      word.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x2C },
      "\(word) is no entity tag")
    text = "\"\(word)\""
  }

  /// Whether whoever sends this `If-None-Match` has the content already: it names the tag, weak or
  /// not, or any by `*`.
  package func isNamed(by ifNoneMatch: String) -> Bool {
    ifNoneMatch.split(separator: ",").contains { part in
      var name = part.drop { $0 == " " || $0 == "\t" }
      while let last = name.last, last == " " || last == "\t" { name.removeLast() }
      return name == "*" || (name.hasPrefix("W/") ? name.dropFirst(2) : name) == text
    }
  }
}
