package import OrienModel

/// How arguments and results are laid out: a word each, or an offset to where there is more.
package enum ABI {
  static let wordBytes = 32

  /// Fails where a value is not of its type, and where there are more of one than of the other.
  package static func encode(_ values: [ABIValue], as types: [ABIType]) throws(Failure) -> [UInt8] {
    guard values.count == types.count else {
      throw refusal("\(values.count) values for \(types.count) types")
    }
    var heads: [UInt8] = []
    var tails: [UInt8] = []
    for (value, type) in zip(values, types) {
      let encoded = try encode(value, as: type)
      if type.isDynamic {
        heads += UInt256(UInt64(types.count * wordBytes + tails.count)).bytes
        tails += encoded
      } else {
        heads += encoded
      }
    }
    return heads + tails
  }

  private static func encode(_ value: ABIValue, as type: ABIType) throws(Failure) -> [UInt8] {
    switch (type, value) {
    case (.unsigned(let bits), .unsigned(let number)) where 256 - number.leadingZeroBitCount <= bits:
      return number.bytes
    case (.address, .address(let address)):
      return [UInt8](repeating: 0, count: 12) + address.bytes
    case (.bool, .bool(let flag)): return UInt256(UInt64(flag ? 1 : 0)).bytes
    case (.bytes32, .bytes32(let word)): return word.bytes
    case (.string, .string(let text)): return counted(Array(text.utf8))
    case (.bytes, .bytes(let bytes)): return counted(bytes)
    case (.array(let element), .array(let values)) where !element.isDynamic:
      return UInt256(UInt64(values.count)).bytes
        + (try encode(values, as: Array(repeating: element, count: values.count)))
    default: throw refusal("\(value) is no \(type)")
    }
  }

  /// The length, the bytes, and zeros up to a whole word.
  private static func counted(_ bytes: [UInt8]) -> [UInt8] {
    UInt256(UInt64(bytes.count)).bytes + bytes + [UInt8](repeating: 0, count: padding(bytes.count))
  }

  static func padding(_ count: Int) -> Int { (wordBytes - count % wordBytes) % wordBytes }

  static func refusal(_ what: String) -> Failure {
    Failure(.invalid, "bad-abi", "ABI: \(what)")
  }
}
