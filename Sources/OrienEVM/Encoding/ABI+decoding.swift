package import OrienModel

extension ABI {
  /// Reads values that are all of `bytes`, in the one layout that `encode` makes: a contract that
  /// answers with more or fewer bytes, with an offset elsewhere, with a number too large for its type
  /// or with anything but zeros between values is not the one that we speak to.
  package static func decode(_ bytes: [UInt8], as types: [ABIType]) throws(Failure) -> [ABIValue] {
    var reader = Reader(bytes: bytes)
    return try reader.values(types)
  }

  private struct Reader {
    let bytes: [UInt8]
    /// Where the next value that has an offset must stand.
    var tail = 0

    mutating func values(_ types: [ABIType]) throws(Failure) -> [ABIValue] {
      tail = types.count * wordBytes
      guard bytes.count >= tail else {
        throw refusal("\(bytes.count) bytes for \(types.count) values")
      }
      var values: [ABIValue] = []
      for (index, type) in types.enumerated() {
        values.append(try value(type, at: index * wordBytes))
      }
      guard tail == bytes.count else { throw refusal("\(bytes.count - tail) bytes behind the end") }
      return values
    }

    private mutating func value(_ type: ABIType, at head: Int) throws(Failure) -> ABIValue {
      guard type.isDynamic else { return try ABI.value(of: word(at: head), as: type) }
      guard UInt256(try word(at: head)) == UInt256(UInt64(tail)) else {
        throw refusal("an offset does not lead to where the value stands")
      }
      guard case .array(let element) = type else {
        let content = try counted()
        guard type == .string else { return .bytes(content) }
        guard let text = String(validating: content, as: UTF8.self) else {
          throw refusal("a string is no UTF-8")
        }
        return .string(text)
      }
      let count = try length(atMost: (bytes.count - tail) / wordBytes)
      var values: [ABIValue] = []
      for _ in 0..<count {
        values.append(try ABI.value(of: word(at: tail), as: element))
        tail += wordBytes
      }
      return .array(values)
    }

    private mutating func counted() throws(Failure) -> [UInt8] {
      let count = try length(atMost: bytes.count - tail)
      let end = tail + count
      guard bytes.count - end >= ABI.padding(count) else { throw refusal("ends within a value") }
      defer { tail = end + ABI.padding(count) }
      guard bytes[end..<end + ABI.padding(count)].allSatisfy({ $0 == 0 }) else {
        throw refusal("padding is not zero")
      }
      return Array(bytes[tail..<end])
    }

    /// The length at `tail`, which moves behind it. What it counts has at most `bound` of room, counting
    /// the length itself.
    private mutating func length(atMost bound: Int) throws(Failure) -> Int {
      guard let count = UInt256(try word(at: tail)).uint64, count <= UInt64(bound) else {
        throw refusal("a length promises more than there is")
      }
      tail += wordBytes
      guard Int(count) <= bytes.count - tail else {
        throw refusal("a length promises more than there is")
      }
      return Int(count)
    }

    private func word(at start: Int) throws(Failure) -> Bytes32 {
      guard bytes.count - start >= wordBytes, let word = Bytes32(bytes[start..<start + wordBytes])
      else { throw refusal("ends within a value") }
      return word
    }
  }

  /// A static value, which is one word.
  static func value(of word: Bytes32, as type: ABIType) throws(Failure) -> ABIValue {
    let number = UInt256(word)
    switch type {
    case .unsigned(let bits) where 256 - number.leadingZeroBitCount <= bits:
      return .unsigned(number)
    case .bool where number <= 1: return .bool(!number.isZero)
    case .bytes32: return .bytes32(word)
    case .address where number.leadingZeroBitCount >= 96: return .address(Address(lastOf: word))
    default: throw refusal("\(word) is no \(type)")
    }
  }
}
