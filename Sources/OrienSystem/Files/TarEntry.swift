package import OrienModel

/// What a header of an archive says of the file behind it, for who wrote the archive by `TarHeader`:
/// a plain file with a short name.
package struct TarEntry: Sendable, Equatable {
  package let name: String
  package let bytes: UInt64

  /// Nil where the archive ends here.
  package init?(_ header: [UInt8]) throws(Failure) {
    precondition(header.count == TarHeader.blockBytes, "a header is one block")
    guard header.contains(where: { $0 != 0 }) else { return nil }
    let blanked = header.enumerated().map { (148..<156).contains($0.offset) ? 0x20 : $0.element }
    guard let sum = Self.octal(header[148..<156]),
      sum == blanked.reduce(0, { $0 + UInt64($1) }), header[156] == UInt8(ascii: "0"),
      header[257..<262].elementsEqual("ustar".utf8), let bytes = Self.octal(header[124..<136]),
      let name = String(validating: header[..<100].prefix { $0 != 0 }, as: UTF8.self),
      !name.isEmpty
    else { throw Failure(.invalid, "archive", "expected a plain file of an archive") }
    self.name = name
    self.bytes = bytes
  }

  private static func octal(_ field: ArraySlice<UInt8>) -> UInt64? {
    UInt64(String(decoding: field.prefix { $0 != 0 && $0 != 0x20 }, as: UTF8.self), radix: 8)
  }
}
