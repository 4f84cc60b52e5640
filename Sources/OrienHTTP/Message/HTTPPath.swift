/// A request's path, percent-decoded once and checked: valid UTF-8 without control characters,
/// without `.` and `..`, and no slash in it was ever encoded.
///
/// Nothing else is normalised: `//` has an empty segment and a trailing slash ends in one, so that
/// neither is another way to spell a route.
package struct HTTPPath: CustomStringConvertible, Sendable {
  /// Where the path is, among bytes that may be those of the whole request.
  let bytes: [UInt8]
  let range: Range<Int>

  package init(_ text: String) {
    bytes = Array(text.utf8)
    range = 0..<bytes.count
  }

  init(bytes: [UInt8], range: Range<Int>) {
    self.bytes = bytes
    self.range = range
  }

  package var description: String { String(decoding: bytes[range], as: UTF8.self) }

  /// The end of the segment that begins at `start`: the next slash, or the path's end.
  func segmentEnd(from start: Int) -> Int {
    var end = start
    while end < range.upperBound, bytes[end] != UInt8(ascii: "/") { end += 1 }
    return end
  }

  /// Whether no segment of `part` is empty.
  func isOfFullSegments(_ part: Range<Int>) -> Bool {
    var start = part.lowerBound
    while start <= part.upperBound {
      let end = segmentEnd(from: start)
      if end == start { return false }
      start = end + 1
    }
    return true
  }
}
