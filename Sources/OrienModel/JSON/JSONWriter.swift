/// Writes JSON into bytes as it is told, without a value or a text in between: every answer of the
/// node goes through here.
///
/// What is written is well formed as long as each `name` is followed by one value, and there is
/// one value at the top. Commas are set by the writer.
///
/// Public and inlinable where it takes closures, because nothing else is made for them in other modules.
public struct JSONWriter {
  package private(set) var bytes: [UInt8]
  private var needsComma = false

  /// Room for a small answer from the start, because growing costs more than the writing.
  package init(reservingBytes capacity: Int = 512) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  /// Writes behind what is there already.
  package init(after bytes: consuming [UInt8]) { self.bytes = bytes }

  @inlinable public mutating func object<E: Error>(
    _ members: (inout JSONWriter) throws(E) -> Void
  ) throws(E) {
    open(UInt8(ascii: "{"))
    try members(&self)
    close(UInt8(ascii: "}"))
  }

  @inlinable public mutating func array<E: Error>(
    _ elements: (inout JSONWriter) throws(E) -> Void
  ) throws(E) {
    open(UInt8(ascii: "["))
    try elements(&self)
    close(UInt8(ascii: "]"))
  }

  /// A member's name; its value is what is written next.
  @usableFromInline package mutating func name(_ name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// The same of a literal that needs no escaping, without making a string of it.
  package mutating func name(plain name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  package mutating func field<Value: JSONWritable>(_ name: String, _ value: Value) {
    self.name(name)
    value.write(to: &self)
  }

  /// A member, or none where the value is nil. A member that is null is `JSON.null`.
  package mutating func field<Value: JSONWritable>(_ name: String, _ value: Value?) {
    if let value { field(name, value) }
  }

  @inlinable public mutating func object<E: Error>(
    _ name: String, _ members: (inout JSONWriter) throws(E) -> Void
  ) throws(E) {
    self.name(name)
    try object(members)
  }

  @inlinable public mutating func array<E: Error>(
    _ name: String, _ elements: (inout JSONWriter) throws(E) -> Void
  ) throws(E) {
    self.name(name)
    try array(elements)
  }

  package mutating func write<Value: JSONWritable>(_ value: Value) { value.write(to: &self) }

  /// One value that is JSON already.
  package mutating func write(raw json: [UInt8]) {
    separate()
    bytes.append(contentsOf: json)
  }

  package mutating func write(raw json: String) {
    separate()
    bytes.append(contentsOf: json.utf8)
  }

  package mutating func write(_ text: String) {
    separate()
    quote(text)
  }

  package mutating func write(_ id: ExecutionID) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: ExecutionID.textBytes) { text in
      let count = id.spell(into: text)
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[..<count]))
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// A string of hexadecimal digits.
  package mutating func write(hex digits: [UInt8]) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    for byte in digits {
      bytes.append(byte.highHexDigit)
      bytes.append(byte.lowHexDigit)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Bytes that ought to be UTF-8, as a string; what is not becomes U+FFFD.
  package mutating func write(repairing bytes: some Collection<UInt8>) {
    write(String(decoding: bytes, as: UTF8.self))
  }

  package mutating func write(_ value: Bool) { write(raw: value ? "true" : "false") }

  package mutating func writeNull() { write(raw: "null") }

  package mutating func write(_ value: Int64) {
    separate()
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    bytes.appendDecimal(value.magnitude)
  }

  package mutating func write(_ value: UInt64) {
    separate()
    bytes.appendDecimal(value)
  }

  /// The shortest digits that read back as the same double; null for what is no number.
  package mutating func write(_ value: Double) {
    guard value.isFinite else { return writeNull() }
    write(raw: value.description)
  }

  /// A moment, as ISO 8601 has it.
  package mutating func write(_ moment: Timestamp) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    moment.appendISO8601(to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  @usableFromInline mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  @usableFromInline mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { utf8 in
      var done = 0
      while let stop = utf8.firstToEscape(from: done) {
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[done..<stop]))
        bytes.appendEscaped(utf8[stop])
        done = stop + 1
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[done...]))
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// The index of the first byte that stands in no string as it is.
  fileprivate func firstToEscape(from start: Int) -> Int? {
    var index = start
    // Eight at a time, because outputs of programs are long and need few escapes.
    while count - index >= 8 {
      let word = UnsafeRawPointer(baseAddress! + index).loadUnaligned(as: UInt64.self)
      if Self.mayHoldOneToEscape(word) { break }
      index += 8
    }
    while index < count {
      let byte = self[index]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return index }
      index += 1
    }
    return nil
  }

  /// Each byte's top bit, where subtracting borrowed from it: below 0x20, or nothing but a quote
  /// or a backslash.
  private static func mayHoldOneToEscape(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quotes = word ^ (ones &* 0x22)
    let backslashes = word ^ (ones &* 0x5C)
    let marks =
      (word &- (ones &* 0x20)) & ~word | (quotes &- ones) & ~quotes
      | (backslashes &- ones) & ~backslashes
    return marks & (ones &* 0x80) != 0
  }
}

extension [UInt8] {
  fileprivate mutating func appendEscaped(_ byte: UInt8) {
    append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
    case 0x08: append(UInt8(ascii: "b"))
    case 0x09: append(UInt8(ascii: "t"))
    case 0x0A: append(UInt8(ascii: "n"))
    case 0x0C: append(UInt8(ascii: "f"))
    case 0x0D: append(UInt8(ascii: "r"))
    default:
      append(contentsOf: "u00".utf8)
      append(byte >> 4 + UInt8(ascii: "0"))
      append(byte & 15 < 10 ? byte & 15 + UInt8(ascii: "0") : byte & 15 - 10 + UInt8(ascii: "a"))
    }
  }
}
