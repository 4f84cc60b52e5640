extension Span<UInt8> {
  /// Whether the bytes of `range` are exactly `text`.
  func equal(_ range: Range<Int>, _ text: StaticString) -> Bool {
    guard range.count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { characters in
      for index in characters.indices
      where self[range.lowerBound + index] != characters[index] {
        return false
      }
      return true
    }
  }

  func equal(_ range: Range<Int>, _ other: [UInt8]) -> Bool {
    guard range.count == other.count else { return false }
    for index in other.indices where self[range.lowerBound + index] != other[index] {
      return false
    }
    return true
  }

  /// The same, whatever the case of the letters in `range`; `lowercase` has no upper-case ones.
  func equalIgnoringCase(_ range: Range<Int>, _ lowercase: StaticString) -> Bool {
    guard range.count == lowercase.utf8CodeUnitCount else { return false }
    return lowercase.withUTF8Buffer { characters in
      for index in characters.indices
      where self[range.lowerBound + index].lowercased != characters[index] {
        return false
      }
      return true
    }
  }

  /// Whether two ranges spell the same, whatever the case of their letters.
  func equalIgnoringCase(_ a: Range<Int>, _ b: Range<Int>) -> Bool {
    guard a.count == b.count else { return false }
    for index in 0..<a.count
    where self[a.lowerBound + index].lowercased != self[b.lowerBound + index].lowercased {
      return false
    }
    return true
  }
}

extension UInt8 {
  var lowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }
}
