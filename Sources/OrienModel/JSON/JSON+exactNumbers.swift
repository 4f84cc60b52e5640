// Numbers to their last digit: as a double a price would be another one, and an amount of a token's
// smallest unit has more digits than any of ours.

extension JSON {
  /// Reads what `init(parsing:within:)` reads, and whole numbers of any length, with each number as the
  /// text that it was written as.
  package init(
    parsingExactly bytes: [UInt8], within bounds: Bounds = Bounds()
  ) throws(Failure) {
    guard bytes.count <= bounds.bytes else {
      throw Failure(
        .tooLarge, "json-size", "\(bytes.count) bytes of JSON; at most \(bounds.bytes) are read")
    }
    let quoted = try Self.quotingNumbers(of: bytes)
    try self.init(
      parsing: quoted, within: Bounds(bytes: 2 * bytes.count + 2, nodes: bounds.nodes))
  }

  /// Outside of strings only a number begins with a digit or a sign.
  private static func quotingNumbers(of bytes: [UInt8]) throws(Failure) -> [UInt8] {
    let quote = UInt8(ascii: "\"")
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 8)
    var isInString = false
    var isEscaped = false
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if !isInString, byte == UInt8(ascii: "-") || byte.isASCIIDigit {
        let number = bytes[index...].prefix { $0.isASCIIDigit || "+-.eE".utf8.contains($0) }
        try check(number)
        // A name is no number, and must not become a text that could be one.
        let next = bytes[number.endIndex...].first { !" \t\r\n".utf8.contains($0) }
        guard next != UInt8(ascii: ":") else {
          throw Failure(.invalid, "json-name", "a number is no member's name at byte \(index)")
        }
        result.append(quote)
        result.append(contentsOf: number)
        result.append(quote)
        index = number.endIndex
        continue
      }
      if isInString {
        isInString = isEscaped || byte != quote
        isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
      } else {
        isInString = byte == quote
      }
      result.append(byte)
      index += 1
    }
    return result
  }

  /// What is no whole number the other reader judges, as it does within a document.
  private static func check(_ number: ArraySlice<UInt8>) throws(Failure) {
    let digits = number.first == UInt8(ascii: "-") ? number.dropFirst() : number
    let isWhole =
      !digits.isEmpty && digits.allSatisfy(\.isASCIIDigit)
      && (digits.count == 1 || digits.first != UInt8(ascii: "0"))
    if !isWhole { _ = try JSON(parsing: Array(number)) }
  }
}
