/// The name by which a plugin finds a program of its own that outlives it: 1 to 128 letters, digits
/// and `-`, of which the first is none. It is a folder's name as it stands.
package struct LastingName: Sendable, Hashable {
  package let text: String

  package init?(_ text: String) {
    let bytes = text.utf8
    guard (1...128).contains(bytes.count), bytes.first != UInt8(ascii: "-"),
      bytes.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") })
    else { return nil }
    self.text = text
  }
}

extension LastingName: Comparable {
  package static func < (a: Self, b: Self) -> Bool {
    a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
  }
}
