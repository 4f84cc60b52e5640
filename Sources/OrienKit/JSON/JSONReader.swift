extension JSON {
  /// Reads one JSON value, strictly: nothing after it, no member twice, no nesting beyond 64.
  public init(parsing text: String) throws(Failure) {
    try self.init(parsing: Array(text.utf8))
  }

  public init(parsing bytes: [UInt8]) throws(Failure) {
    var reader = JSONReader(bytes: bytes)
    self = try reader.document()
  }

  /// Reads what the plugin's own source says, and traps where that is no JSON.
  init(trusting text: String) {
    do {
      try self.init(parsing: text)
    } catch {
      preconditionFailure("'\(text)': \(error)")
    }
  }

  init(parsing buffer: UnsafeRawBufferPointer) throws(Failure) {
    try self.init(parsing: Array(buffer))
  }
}

/// A recursive reader of JSON over bytes.
private struct JSONReader {
  let bytes: [UInt8]
  private var index = 0
  private var depth = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(Failure) -> JSON {
    let value = try value()
    skipBlanks()
    guard index == bytes.count else { throw fault("the end") }
    return value
  }

  private mutating func value() throws(Failure) -> JSON {
    skipBlanks()
    switch peek {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func object() throws(Failure) -> JSON {
    try descend()
    var members: [String: JSON] = [:]
    if try !closes(UInt8(ascii: "}")) {
      repeat {
        skipBlanks()
        guard peek == UInt8(ascii: "\"") else { throw fault("a member's name") }
        let name = try string()
        skipBlanks()
        try expect(UInt8(ascii: ":"))
        guard members.updateValue(try value(), forKey: name) == nil else {
          throw fault("each member once, not '\(name)' again")
        }
      } while try !ends(UInt8(ascii: "}"))
    }
    depth -= 1
    return .object(members)
  }

  private mutating func array() throws(Failure) -> JSON {
    try descend()
    var values: [JSON] = []
    if try !closes(UInt8(ascii: "]")) {
      repeat { values.append(try value()) } while try !ends(UInt8(ascii: "]"))
    }
    depth -= 1
    return .array(values)
  }

  private mutating func string() throws(Failure) -> String {
    index += 1
    var text: [UInt8] = []
    while let byte = peek, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw fault("no control character in a string") }
      index += 1
      if byte == UInt8(ascii: "\\") {
        try escape(into: &text)
      } else {
        text.append(byte)
      }
    }
    try expect(UInt8(ascii: "\""))
    guard let string = String(validating: text, as: UTF8.self) else { throw fault("UTF-8") }
    return string
  }

  private mutating func escape(into text: inout [UInt8]) throws(Failure) {
    let letter = peek
    index += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter!)
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "u"):
      var units = [try codeUnit()]
      if UTF16.isLeadSurrogate(units[0]) {
        try expect(UInt8(ascii: "\\"))
        try expect(UInt8(ascii: "u"))
        units.append(try codeUnit())
      }
      guard let string = String(validating: units, as: UTF16.self) else {
        throw fault("a pair of surrogates")
      }
      text.append(contentsOf: string.utf8)
    default: throw fault("an escape")
    }
  }

  private mutating func codeUnit() throws(Failure) -> UInt16 {
    guard index + 4 <= bytes.count,
      bytes[index..<index + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt16(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
    else { throw fault("four hexadecimal digits") }
    index += 4
    return unit
  }

  private mutating func number() throws(Failure) -> JSON {
    let start = index
    var isWhole = true
    if peek == UInt8(ascii: "-") { index += 1 }
    let leading = index
    try digits()
    guard bytes[leading] != UInt8(ascii: "0") || index == leading + 1 else {
      throw fault("a number without leading zeros")
    }
    if peek == UInt8(ascii: ".") {
      isWhole = false
      index += 1
      try digits()
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      isWhole = false
      index += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { index += 1 }
      try digits()
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if isWhole, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else { throw fault("a number in range") }
    return .number(number)
  }

  private mutating func digits() throws(Failure) {
    let start = index
    while let byte = peek, (0x30...0x39).contains(byte) { index += 1 }
    guard index > start else { throw fault("a value") }
  }

  private mutating func word(_ word: StaticString, _ value: JSON) throws(Failure) -> JSON {
    let end = index + word.utf8CodeUnitCount
    let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard end <= bytes.count, bytes[index..<end].elementsEqual(expected) else {
      throw fault("a value")
    }
    index = end
    return value
  }

  // MARK: Bytes

  private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipBlanks() {
    while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      index += 1
    }
  }

  private mutating func expect(_ byte: UInt8) throws(Failure) {
    guard peek == byte else { throw fault("'\(Character(Unicode.Scalar(byte)))'") }
    index += 1
  }

  private mutating func descend() throws(Failure) {
    index += 1
    depth += 1
    guard depth <= 64 else { throw fault("no more than 64 values inside one another") }
  }

  /// True where an array or object is over before its first element.
  private mutating func closes(_ byte: UInt8) throws(Failure) -> Bool {
    skipBlanks()
    guard peek == byte else { return false }
    index += 1
    return true
  }

  /// True at the closing byte, false after a comma.
  private mutating func ends(_ byte: UInt8) throws(Failure) -> Bool {
    skipBlanks()
    if peek == UInt8(ascii: ",") {
      index += 1
      return false
    }
    try expect(byte)
    return true
  }

  private func fault(_ expected: String) -> Failure {
    Failure(.invalid, "JSON at byte \(index): expected \(expected)")
  }
}
