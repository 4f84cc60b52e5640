import OrienModel

/// What the fields that the server itself acts on mean: whose the message is, where it ends, and
/// what the client expects.
extension HeadParser {
  /// `raw` is what stands behind the colon, blanks and all.
  mutating func noteField(
    _ bytes: Span<UInt8>, _ name: Range<Int>, value: Range<Int>, raw: Range<Int>
  ) throws(Refusal) {
    switch name.count {
    case 4 where bytes.equalIgnoringCase(name, "host"):
      guard !hasHost else { throw .malformed("more than one Host field") }
      hasHost = true
      guard Authority.isValid(bytes, value) else {
        throw .malformed("Host must be a name or an address, and perhaps a port")
      }
      head.host = value
    case 6 where bytes.equalIgnoringCase(name, "origin"):
      guard head.origin == nil else { throw .malformed("more than one Origin field") }
      head.origin = value
    case 6 where bytes.equalIgnoringCase(name, "expect"):
      guard bytes.equalIgnoringCase(value, "100-continue") else {
        throw Refusal(
          .expectationFailed, "unknown-expectation", "the only Expect met here is 100-continue")
      }
      head.expectsContinue = true
    case 10 where bytes.equalIgnoringCase(name, "connection"):
      if Self.hasToken(bytes, value, "close") { head.closes = true }
    case 14 where bytes.equalIgnoringCase(name, "content-length"):
      try noteContentLength(bytes, Self.framingValue(bytes, raw))
    case 17 where bytes.equalIgnoringCase(name, "transfer-encoding"):
      guard head.body != .chunked, bytes.equalIgnoringCase(Self.framingValue(bytes, raw), "chunked")
      else { throw .malformed("the only Transfer-Encoding taken here is chunked, once") }
      guard !hasContentLength else { throw Self.twoFramings }
      head.body = .chunked
    default: break
    }
  }

  private mutating func noteContentLength(
    _ bytes: Span<UInt8>, _ value: Range<Int>
  ) throws(Refusal) {
    guard !hasContentLength else { throw .malformed("more than one Content-Length field") }
    guard head.body != .chunked else { throw Self.twoFramings }
    hasContentLength = true
    guard (1...18).contains(value.count) else { throw Self.badLength }
    var length = 0
    for index in value {
      guard bytes[index].isASCIIDigit else { throw Self.badLength }
      length = length * 10 + Int(bytes[index] - UInt8(ascii: "0"))
    }
    if length > 0 { head.body = .length(length) }
  }

  /// Blanks around a value may be dropped, but readers differ in which: where the body's end hangs
  /// on it, only spaces before the value are let through.
  private static func framingValue(_ bytes: Span<UInt8>, _ raw: Range<Int>) -> Range<Int> {
    var start = raw.lowerBound
    while start < raw.upperBound, bytes[start] == ASCII.space { start += 1 }
    return start..<raw.upperBound
  }

  /// Whether a list such as that of Connection has `token`.
  private static func hasToken(
    _ bytes: Span<UInt8>, _ list: Range<Int>, _ token: StaticString
  ) -> Bool {
    var start = list.lowerBound
    while start < list.upperBound {
      var end = start
      while end < list.upperBound, bytes[end] != UInt8(ascii: ",") { end += 1 }
      var last = end
      while start < last, bytes[start] == ASCII.space || bytes[start] == ASCII.tab { start += 1 }
      while last > start, bytes[last - 1] == ASCII.space || bytes[last - 1] == ASCII.tab {
        last -= 1
      }
      if bytes.equalIgnoringCase(start..<last, token) { return true }
      start = end + 1
    }
    return false
  }

  /// What can only be said of the whole head.
  mutating func conclude(_ bytes: Span<UInt8>) throws(Refusal) {
    if head.isVersion10 {
      guard head.body != .chunked else { throw .malformed("HTTP/1.0 has no Transfer-Encoding") }
      head.closes = true
      head.expectsContinue = false
    } else {
      guard hasHost else { throw .malformed("the Host field is missing") }
    }
    if let authority = head.authority {
      if hasHost {
        guard bytes.equalIgnoringCase(authority, head.host) else {
          throw .malformed("the host of the target is not that of the Host field")
        }
      }
      head.host = authority
    }
  }

  private static let badLength = Refusal.malformed(
    "Content-Length must be decimal digits alone, 18 at most")
  private static let twoFramings = Refusal.malformed(
    "Content-Length and Transfer-Encoding exclude each other")
}
