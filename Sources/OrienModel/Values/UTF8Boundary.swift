/// Where a text may be cut: never inside a character's bytes. What is not UTF-8 anyway may be cut
/// anywhere.
package enum UTF8Boundary {
  /// The last boundary at or before `limit`, at most three bytes before it.
  package static func before(_ limit: Int, in bytes: some RandomAccessCollection<UInt8>) -> Int {
    guard limit < bytes.count else { return bytes.count }
    func byte(_ offset: Int) -> UInt8 { bytes[bytes.index(bytes.startIndex, offsetBy: offset)] }
    var start = limit
    while start > 0, limit - start < 3, byte(start) & 0xC0 == 0x80 { start -= 1 }
    return byte(start) & 0xC0 == 0x80 ? limit : start
  }

  /// How many bytes of the end are the beginning of a character whose rest has yet to come.
  package static func openBytes(atEndOf bytes: some RandomAccessCollection<UInt8>) -> Int {
    for back in 1...3 where back <= bytes.count {
      let byte = bytes[bytes.index(bytes.endIndex, offsetBy: -back)]
      if byte & 0xC0 == 0x80 { continue }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > back && byte < 0xF8 ? back : 0
    }
    return 0
  }
}
