// Numbers to their last digit: as a double, a price would be another one.

extension JSON {
  /// Reads what `init(parsing:within:)` reads, with each number as the text that it was written as.
  package init(
    parsingExactly bytes: [UInt8], within bounds: Bounds = Bounds()
  ) throws(Failure) {
    _ = try JSON(parsing: bytes, within: bounds)
    let twice = Bounds(bytes: 2 * bytes.count + 2, nodes: bounds.nodes)
    try self.init(parsing: Self.quotingNumbers(of: bytes), within: twice)
  }

  /// Of a document that was read: outside of strings only a number begins with a digit or a sign.
  private static func quotingNumbers(of bytes: [UInt8]) -> [UInt8] {
    let quote = UInt8(ascii: "\"")
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var isInString = false
    var isInNumber = false
    var isEscaped = false
    for byte in bytes {
      if isInString {
        isInString = isEscaped || byte != quote
        isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
      } else if isInNumber {
        isInNumber = byte.isASCIIDigit || "+-.eE".utf8.contains(byte)
        if !isInNumber { result.append(quote) }
      } else if byte == UInt8(ascii: "-") || byte.isASCIIDigit {
        isInNumber = true
        result.append(quote)
      } else {
        isInString = byte == quote
      }
      result.append(byte)
    }
    if isInNumber { result.append(quote) }
    return result
  }
}
