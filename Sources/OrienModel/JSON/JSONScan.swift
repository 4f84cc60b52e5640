/// Finds where a document breaks the rules of `JSON(parsing:)`, for the message: simdjson says
/// only that it does. A second reading, of refused documents alone.
///
/// It knows nothing of repeated names and U+0000, which are found on the tape.
struct JSONScan {
  private let bytes: [UInt8]
  private var at = 0

  /// Throws what is wrong with the bytes, and returns where nothing is.
  static func check(_ bytes: Span<UInt8>) throws(Failure) {
    var scan = JSONScan(bytes: bytes.withUnsafeBufferPointer { Array($0) })
    try scan.document()
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func document() throws(Failure) {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw .json("bom", "a byte-order mark", at: 0)
    }
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      throw .json("utf8", "invalid UTF-8", at: error.byteOffsets.lowerBound)
    }
    try value(depth: 0)
    if byte != nil { throw unexpected("the end of the document") }
  }

  /// A value and the blanks around it.
  private mutating func value(depth: Int) throws(Failure) {
    skipBlanks()
    switch byte {
    case UInt8(ascii: "{"): try object(depth: depth + 1)
    case UInt8(ascii: "["): try array(depth: depth + 1)
    case UInt8(ascii: "\""): try string()
    case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): try number()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: throw unexpected("a value")
    }
    skipBlanks()
  }

  private mutating func object(depth: Int) throws(Failure) {
    try open(depth)
    if take("}") { return }
    repeat {
      skipBlanks()
      guard byte == UInt8(ascii: "\"") else { throw unexpected("a name in quotes") }
      try string()
      skipBlanks()
      guard take(":") else { throw unexpected("':'") }
      try value(depth: depth)
    } while take(",")
    guard take("}") else { throw unexpected("',' or '}'") }
  }

  private mutating func array(depth: Int) throws(Failure) {
    try open(depth)
    if take("]") { return }
    repeat { try value(depth: depth) } while take(",")
    guard take("]") else { throw unexpected("',' or ']'") }
  }

  private mutating func open(_ depth: Int) throws(Failure) {
    if depth > JSON.Bounds.depth { throw .tooDeep(at: at) }
    at += 1
    skipBlanks()
  }

  private mutating func string() throws(Failure) {
    at += 1
    while !take("\"") {
      switch byte {
      case nil: throw unexpected("the end of a string")
      case UInt8(ascii: "\\"): try escape()
      case .some(0..<0x20):
        throw .json("syntax", "a control character in a string, which must be escaped", at: at)
      default: at += 1
      }
    }
  }

  private mutating func escape() throws(Failure) {
    let start = at
    at += 1
    guard let letter = byte else { throw unexpected("the end of a string") }
    guard letter == UInt8(ascii: "u") else {
      guard "\"\\/bfnrt".utf8.contains(letter) else { throw unexpected("a character to escape") }
      at += 1
      return
    }
    switch try codeUnit() {
    case 0xD800..<0xDC00:
      guard take("\\"), byte == UInt8(ascii: "u"), case 0xDC00..<0xE000 = try codeUnit() else {
        throw .json("surrogate", "half of a surrogate pair alone", at: start)
      }
    case 0xDC00..<0xE000:
      throw .json("surrogate", "half of a surrogate pair alone", at: start)
    default: break
    }
  }

  /// The four digits after a `u`.
  private mutating func codeUnit() throws(Failure) -> UInt32 {
    at += 1
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = byte?.hexValue else { throw unexpected("four hexadecimal digits") }
      unit = unit << 4 | UInt32(digit)
      at += 1
    }
    return unit
  }

  private mutating func number() throws(Failure) {
    let start = at
    _ = take("-")
    if !take("0") { try digits() }
    let wholeEnd = at
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if at > wholeEnd {
      guard Double(text)!.isFinite else {
        throw .json("number", "a number beyond a double", at: start)
      }
    } else if Int64(text) == nil && UInt64(text) == nil {
      throw .json("number", "an integer beyond 64 bits; send it as a string", at: start)
    }
  }

  private mutating func digits() throws(Failure) {
    guard byte?.isASCIIDigit == true else { throw unexpected("a digit") }
    while byte?.isASCIIDigit == true { at += 1 }
  }

  private mutating func word(_ word: String) throws(Failure) {
    guard bytes[at...].starts(with: word.utf8) else { throw unexpected("a value") }
    at += word.utf8.count
  }

  private var byte: UInt8? { at < bytes.count ? bytes[at] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard byte == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  private mutating func skipBlanks() {
    while let byte, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { at += 1 }
  }

  private func unexpected(_ expected: String) -> Failure {
    var got = "the end"
    if at < bytes.count {
      got = String(String(decoding: bytes[at...].prefix(4), as: UTF8.self).prefix(1)).quoted
    }
    return .json("syntax", "expected \(expected), got \(got)", at: at)
  }
}

extension Failure {
  fileprivate static func json(_ reason: String, _ what: String, at offset: Int) -> Failure {
    Failure(.invalid, "json-" + reason, "\(what) at byte \(offset)")
  }

  static func tooDeep(at offset: Int?) -> Failure {
    let what = "more than \(JSON.Bounds.depth) arrays and objects in one another"
    return Failure(.invalid, "json-depth", what + (offset.map { " at byte \($0)" } ?? ""))
  }
}
