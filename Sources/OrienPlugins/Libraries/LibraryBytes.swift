import OrienModel

/// Numbers at places in a file that somebody else wrote: each place is checked to lie in the file.
struct LibraryBytes {
  let bytes: [UInt8]

  /// `count` bytes from `offset` on lie in the file.
  func holds(_ offset: UInt64, _ count: UInt64) -> Bool {
    let (end, overflow) = offset.addingReportingOverflow(count)
    return !overflow && end <= UInt64(bytes.count)
  }

  /// The little-endian number at `offset`.
  func number<Number: FixedWidthInteger>(
    at offset: UInt64, as type: Number.Type = Number.self
  ) throws(Failure) -> Number {
    let size = UInt64(MemoryLayout<Number>.size)
    guard holds(offset, size) else {
      throw Failure(
        .invalid, "not-a-library", "truncated: \(bytes.count) bytes, needs \(size) at \(offset)")
    }
    return bytes.withUnsafeBytes {
      Number(littleEndian: $0.loadUnaligned(fromByteOffset: Int(offset), as: type))
    }
  }

  /// Whether the text at `offset`, ended by NUL, is `text`.
  func spells(_ text: StaticString, at offset: UInt64) -> Bool {
    let count = UInt64(text.utf8CodeUnitCount)
    guard holds(offset, count + 1), bytes[Int(offset + count)] == 0 else { return false }
    return text.withUTF8Buffer { bytes[Int(offset)..<Int(offset + count)].elementsEqual($0) }
  }

  /// The text at `offset`, at most 255 bytes.
  func text(at offset: UInt64) throws(Failure) -> String {
    guard offset < bytes.count else {
      throw Failure(.invalid, "not-a-library", "a name lies outside of the file")
    }
    let name = bytes[Int(offset)...].prefix(256).prefix { $0 != 0 }
    guard name.count < 256, let text = String(validating: name, as: UTF8.self) else {
      throw Failure(.invalid, "not-a-library", "a name in it is too long or no text")
    }
    return text
  }
}
