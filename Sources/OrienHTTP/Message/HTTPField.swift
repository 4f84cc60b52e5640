/// One header field of a response.
package struct HTTPField: Sendable, Equatable {
  package var name: String
  package var value: String

  /// `name` is the program's own and must be a token, or this traps. `value` may come from
  /// anywhere: its control characters are sent as spaces, so that it cannot end the field.
  package init(_ name: String, _ value: String) {
    precondition(
      !name.isEmpty && name.utf8.allSatisfy(ByteSet.token.contains),
      "\(name) is no name of a header field")
    self.name = name
    self.value = value
  }

  func append(to bytes: inout [UInt8]) {
    bytes.append(contentsOf: name.utf8)
    Self.append(value, to: &bytes)
  }

  /// Appends what follows a field's name.
  static func append(_ value: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: ":"))
    bytes.append(UInt8(ascii: " "))
    for byte in value.utf8 { bytes.append(byte < 0x20 || byte == 0x7F ? 0x20 : byte) }
    bytes.append(ASCII.carriageReturn)
    bytes.append(ASCII.lineFeed)
  }
}
