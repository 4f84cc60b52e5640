/// Reads a request's head from bytes that come in any pieces: the same bytes give the same head,
/// or the same refusal, however they were cut.
///
/// Pure: it knows no socket and keeps no bytes. Each byte is looked at when it comes and again when
/// its line is complete, so that a slow sender costs no more than a fast one. What a second reader
/// of the same bytes could take otherwise is refused, never repaired.
struct HeadParser {
  var head = RequestHead()
  private let limits: HTTPLimits.Head
  private var lineStart = 0
  private var scanned = 0
  /// Where the first field begins; zero before the request line is complete.
  private var fieldsStart = 0
  var hasContentLength = false
  var hasHost = false

  init(_ limits: HTTPLimits.Head) { self.limits = limits }

  /// Makes it ready for another head, in the same place where nobody has kept the last.
  private mutating func reset() {
    var fields = head.fields
    head.fields = []
    fields.removeAll(keepingCapacity: true)
    head = RequestHead()
    head.fields = fields
    lineStart = 0
    scanned = 0
    fieldsStart = 0
    hasContentLength = false
    hasHost = false
  }

  /// Reads on. `bytes` are all that came since the head's first; true once `head` is complete.
  ///
  /// What it is given behind a complete head begins another one.
  mutating func advance(_ bytes: Span<UInt8>) throws(Refusal) -> Bool {
    if head.length > 0 { reset() }
    while let lineEnd = try endOfLine(bytes) {
      let line = lineStart..<lineEnd
      lineStart = lineEnd + 2
      if fieldsStart > 0 {
        if line.isEmpty {
          head.length = lineStart
          try conclude(bytes)
          return true
        }
        try readField(bytes, line)
      } else if line != 0..<0 {
        // One empty line before a request is passed over, as RFC 9112, 2.2 wants.
        try head.readRequestLine(bytes, line, limits)
        fieldsStart = lineStart
      }
    }
    return false
  }

  /// The end of the line that begins at `lineStart`; nil where it has not come yet.
  private mutating func endOfLine(_ bytes: Span<UInt8>) throws(Refusal) -> Int? {
    let bound =
      fieldsStart > 0
      ? fieldsStart + limits.fieldBytes : lineStart + limits.targetBytes + Self.besideTarget
    let end = min(bytes.count, bound)
    var index = scanned
    while index < end {
      let byte = bytes[index]
      if byte >= ASCII.space && byte != ASCII.delete || byte == ASCII.tab {
        index += 1
        continue
      }
      guard byte == ASCII.carriageReturn else {
        throw .malformed(
          byte == ASCII.lineFeed
            ? "a line must end in CR LF, not LF alone" : "the head has a control character")
      }
      guard index + 1 < bytes.count else { break }
      guard bytes[index + 1] == ASCII.lineFeed else {
        throw .malformed("CR must be followed by LF")
      }
      scanned = index + 2
      return index
    }
    scanned = index
    if index < bound { return nil }
    if fieldsStart > 0 {
      throw Refusal(
        .headerFieldsTooLarge, "header-too-large",
        "the header fields are longer than \(limits.fieldBytes) bytes")
    }
    throw .targetTooLong(limits)
  }

  /// Room for the method, two spaces and the version.
  private static let besideTarget = 64

  private mutating func readField(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(Refusal) {
    guard head.fields.count < limits.fields else {
      throw Refusal(
        .headerFieldsTooLarge, "header-too-large", "more than \(limits.fields) header fields")
    }
    let token = ByteSet.token
    var colon = line.lowerBound
    while colon < line.upperBound, bytes[colon] != UInt8(ascii: ":") {
      guard token.contains(bytes[colon]) else {
        throw .malformed(
          colon == line.lowerBound && (bytes[colon] == ASCII.space || bytes[colon] == ASCII.tab)
            ? "a header field must not be folded"
            : "a header field's name has a character that no name may have")
      }
      colon += 1
    }
    guard colon > line.lowerBound, colon < line.upperBound else {
      throw .malformed("a header field must be a name, a colon and a value")
    }
    var start = colon + 1
    var end = line.upperBound
    while start < end, bytes[start] == ASCII.space || bytes[start] == ASCII.tab { start += 1 }
    while end > start, bytes[end - 1] == ASCII.space || bytes[end - 1] == ASCII.tab { end -= 1 }
    let name = line.lowerBound..<colon
    try noteField(bytes, name, value: start..<end, raw: colon + 1..<line.upperBound)
    head.fields.append(RequestHead.Field(name: name, value: start..<end))
  }
}
