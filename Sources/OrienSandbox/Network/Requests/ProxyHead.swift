import OrienModel

/// The head of a request of HTTP to a proxy (RFC 9110 and 9112), complete.
///
/// What a second reader of the same bytes could take otherwise is refused, never repaired.
struct ProxyHead {
  struct Field {
    /// In lower case.
    let name: [UInt8]
    let value: ArraySlice<UInt8>
    /// As it came, without its end of line.
    let line: ArraySlice<UInt8>
  }

  static let fieldsAtMost = 128

  let method: ArraySlice<UInt8>
  let target: ArraySlice<UInt8>
  /// HTTP/1.0 knows no chunks.
  let isOld: Bool
  private(set) var fields: [Field] = []

  /// `bytes` end with the empty line.
  init(_ bytes: [UInt8]) throws(EgressRefusal) {
    var lines = try Self.lines(bytes)[...]
    let words = (lines.popFirst() ?? []).split(
      separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard words.count == 3, Self.isToken(words[0]), words[0].allSatisfy(\.isASCIILetter) else {
      throw .malformed("a request begins with a method, a target and a version")
    }
    guard let isOld = ["HTTP/1.1": false, "HTTP/1.0": true][Self.text(words[2])] else {
      throw .malformed("HTTP/1.1 and HTTP/1.0 are spoken here")
    }
    (method, target, self.isOld) = (words[0], words[1], isOld)
    guard !target.isEmpty, target.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw .malformed("a target is visible ASCII")
    }
    guard lines.count <= Self.fieldsAtMost else {
      throw .malformed("there are more than \(Self.fieldsAtMost) header fields")
    }
    for line in lines { fields.append(try Self.field(line)) }
  }

  /// The values of all fields of the name, in their order.
  func values(_ name: StaticString) -> [ArraySlice<UInt8>] {
    name.withUTF8Buffer { bytes in
      fields.filter { $0.name.elementsEqual(bytes) }.map(\.value)
    }
  }

  static func text(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: Array(bytes), as: UTF8.self)
  }

  static func isToken(_ bytes: some Collection<UInt8>) -> Bool {
    !bytes.isEmpty
      && bytes.allSatisfy { $0.isASCIIWord || "!#$%&'*+.^`|~".utf8.contains($0) }
  }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes.drop(while: isBlank)
    while let last = bytes.last, isBlank(last) { bytes.removeLast() }
    return bytes
  }

  /// The lines before the empty one. No other end of line counts, and no other control character
  /// is there.
  private static func lines(_ bytes: [UInt8]) throws(EgressRefusal) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var start = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 0x0D {
        guard index + 1 < bytes.count, bytes[index + 1] == 0x0A else {
          throw .malformed("CR must be followed by LF")
        }
        if index > start { lines.append(bytes[start..<index]) }
        index += 2
        start = index
        continue
      }
      guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else {
        throw .malformed(
          byte == 0x0A
            ? "a line must end in CR LF, not LF alone" : "the head has a control character")
      }
      index += 1
    }
    return lines
  }

  private static func field(_ line: ArraySlice<UInt8>) throws(EgressRefusal) -> Field {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), isToken(line[..<colon]) else {
      throw .malformed("a header field must be a name, a colon and a value, and never folded")
    }
    return Field(
      name: line[..<colon].map { $0.isASCIILetter ? $0 | 0x20 : $0 },
      value: trimmed(line[(colon + 1)...]), line: line)
  }
}
