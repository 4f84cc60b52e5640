internal import OrienModel

extension String {
  /// The text as one segment of a path or one value of a query: every byte but letters, digits,
  /// `-`, `.`, `_` and `~` as `%xx` (RFC 3986), slashes too.
  package var percentEncoded: String {
    var text = ""
    for byte in utf8 {
      if byte.isASCIIWord || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "~") {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += "%"
        text.appendHex(byte)
      }
    }
    return text
  }
}
