/// A host and perhaps a port, as the Host field and absolute targets have them.
enum Authority {
  /// Whether the range is a name, an IPv4 address or an IPv6 address in brackets, and perhaps a
  /// port. User information is none of these, so `user@host` is refused.
  static func isValid(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    let host = hostRange(bytes, range)
    guard !host.isEmpty else { return false }
    if bytes[host.lowerBound] == UInt8(ascii: "[") {
      guard host.count > 2, bytes[host.upperBound - 1] == UInt8(ascii: "]") else { return false }
      for index in host.dropFirst().dropLast()
      where !ByteSet.hostLiteral.contains(bytes[index]) { return false }
    } else {
      let name = ByteSet.hostName
      for index in host where !name.contains(bytes[index]) { return false }
    }
    guard host.upperBound < range.upperBound else { return true }
    let portRange = host.upperBound + 1..<range.upperBound
    guard bytes[host.upperBound] == UInt8(ascii: ":"), (1...5).contains(portRange.count) else {
      return false
    }
    var port = 0
    let digits = ByteSet.digits
    for index in portRange {
      guard digits.contains(bytes[index]) else { return false }
      port = port * 10 + Int(bytes[index] - UInt8(ascii: "0"))
    }
    return port <= 65_535
  }

  /// The part before the port.
  static func hostRange(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
    let isLiteral = !range.isEmpty && bytes[range.lowerBound] == UInt8(ascii: "[")
    var end = range.lowerBound
    while end < range.upperBound {
      if isLiteral && bytes[end] == UInt8(ascii: "]") { return range.lowerBound..<end + 1 }
      if !isLiteral && bytes[end] == UInt8(ascii: ":") { break }
      end += 1
    }
    return range.lowerBound..<end
  }
}
