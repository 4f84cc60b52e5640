/// The request line: a method, a target, a version, and one space between each two.
extension RequestHead {
  mutating func readRequestLine(
    _ bytes: Span<UInt8>, _ line: Range<Int>, _ limits: HTTPLimits.Head
  ) throws(Refusal) {
    let token = ByteSet.token
    var index = line.lowerBound
    while index < line.upperBound, token.contains(bytes[index]) { index += 1 }
    let methodRange = line.lowerBound..<index
    guard !methodRange.isEmpty, index < line.upperBound, bytes[index] == ASCII.space else {
      throw Self.badLine
    }
    let targetStart = index + 1
    index = targetStart
    while index < line.upperBound, bytes[index] > ASCII.space { index += 1 }
    let target = targetStart..<index
    guard !target.isEmpty, index < line.upperBound, bytes[index] == ASCII.space else {
      throw Self.badLine
    }
    try readVersion(bytes, index + 1..<line.upperBound)
    guard target.count <= limits.targetBytes else { throw .targetTooLong(limits) }
    guard let method = HTTPMethod(bytes, methodRange) else {
      throw Refusal(.notImplemented, "unknown-method", "this method is not implemented")
    }
    self.method = method
    try readTarget(bytes, target)
  }

  private mutating func readVersion(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Refusal) {
    if bytes.equal(range, "HTTP/1.1") { return }
    if bytes.equal(range, "HTTP/1.0") {
      isVersion10 = true
      return
    }
    guard range.count >= 6, bytes.equal(range.lowerBound..<range.lowerBound + 5, "HTTP/") else {
      throw Self.badLine
    }
    throw Refusal(
      .versionNotSupported, "unknown-version", "the versions of HTTP spoken here are 1.1 and 1.0")
  }

  private mutating func readTarget(_ bytes: Span<UInt8>, _ target: Range<Int>) throws(Refusal) {
    var start = target.lowerBound
    if bytes[start] == UInt8(ascii: "*") {
      guard target.count == 1, method == .options else { throw Self.badTarget }
      path = target
      return
    }
    if bytes[start] != UInt8(ascii: "/") {
      start = try readAuthority(bytes, target)
    }
    let (pathSet, querySet) = (ByteSet.path, ByteSet.query)
    var (hasPercent, mayHaveDots) = (false, false)
    var index = start
    while index < target.upperBound, bytes[index] != UInt8(ascii: "?") {
      let byte = bytes[index]
      guard pathSet.contains(byte) else { throw Self.badTarget }
      if byte == UInt8(ascii: "%") { hasPercent = true }
      if byte == UInt8(ascii: ".") { mayHaveDots = true }
      index += 1
    }
    path = start..<index
    if hasPercent {
      try decodePath(bytes)
    } else if mayHaveDots {
      try Self.refuseDots(bytes.extracting(path))
    }
    guard index < target.upperBound else { return }
    query = index + 1..<target.upperBound
    hasPercent = false
    for index in query {
      guard querySet.contains(bytes[index]) else { throw Self.badTarget }
      if bytes[index] == UInt8(ascii: "%") { hasPercent = true }
    }
    if hasPercent { _ = try PercentDecoding.text(bytes.extracting(query)) }
  }

  /// Reads `http://host:port` and gives back where the path begins, which may not be empty.
  private mutating func readAuthority(
    _ bytes: Span<UInt8>, _ target: Range<Int>
  ) throws(Refusal) -> Int {
    let start = target.lowerBound + 7
    guard target.count > 7, bytes.equalIgnoringCase(target.lowerBound..<start, "http://") else {
      throw Self.badTarget
    }
    var end = start
    while end < target.upperBound, bytes[end] != UInt8(ascii: "/") { end += 1 }
    guard end < target.upperBound, Authority.isValid(bytes, start..<end) else {
      throw Self.badTarget
    }
    authority = start..<end
    return end
  }

  private mutating func decodePath(_ bytes: Span<UInt8>) throws(Refusal) {
    for index in path where bytes[index] == UInt8(ascii: "%") {
      if index + 2 < path.upperBound, bytes[index + 1] == UInt8(ascii: "2"),
        bytes[index + 2].lowercased == UInt8(ascii: "f")
      {
        throw .malformed("a slash in the path must not be encoded")
      }
    }
    let decoded = try PercentDecoding.text(bytes.extracting(path))
    try Self.refuseDots(decoded.span)
    decodedPath = decoded
  }

  private static func refuseDots(_ path: Span<UInt8>) throws(Refusal) {
    var start = 0
    for index in 0...path.count
    where index == path.count || path[index] == UInt8(ascii: "/") {
      let segment = start..<index
      guard !path.equal(segment, "."), !path.equal(segment, "..") else {
        throw .malformed("the path must not have . or .. for a segment")
      }
      start = index + 1
    }
  }

  private static let badLine = Refusal.malformed(
    "the request line must be a method, a target and a version, one space between each two")
  private static let badTarget = Refusal.malformed(
    "the target must be an absolute path and perhaps a query, other characters percent-encoded")
}

extension Refusal {
  static func targetTooLong(_ limits: HTTPLimits.Head) -> Refusal {
    Refusal(
      .uriTooLong, "target-too-long", "the target is longer than \(limits.targetBytes) bytes")
  }
}
