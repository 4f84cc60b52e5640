internal import OrienModel

/// Takes apart what an endpoint answers: each part is what JSON-RPC of Ethereum says it is, or the
/// answer is malformed.
enum RPCReading {
  static func number(_ json: JSON?, _ place: String) throws(RPCFault) -> UInt256 {
    guard let number = json?.string.flatMap({ UInt256(quantity: $0) }) else {
      throw .malformed("\(place): expected a quantity, found \(kind(json))")
    }
    return number
  }

  static func small(_ json: JSON?, _ place: String) throws(RPCFault) -> UInt64 {
    guard let number = try number(json, place).uint64 else {
      throw .malformed("\(place): a number of more than 64 bits")
    }
    return number
  }

  static func bytes(_ json: JSON?, _ place: String) throws(RPCFault) -> [UInt8] {
    guard let bytes = json?.string.flatMap({ HexData.bytes(of: $0) }) else {
      throw .malformed("\(place): expected data, found \(kind(json))")
    }
    return bytes
  }

  static func word(_ json: JSON?, _ place: String) throws(RPCFault) -> Bytes32 {
    guard let word = Bytes32(try bytes(json, place)) else {
      throw .malformed("\(place): expected 32 bytes")
    }
    return word
  }

  static func address(_ json: JSON?, _ place: String) throws(RPCFault) -> Address {
    guard let address = Address(try bytes(json, place)) else {
      throw .malformed("\(place): expected 20 bytes")
    }
    return address
  }

  static func list<Value>(
    _ json: JSON?, _ place: String, _ read: (JSON) throws(RPCFault) -> Value
  ) throws(RPCFault) -> [Value] {
    guard let elements = json?.array else {
      throw .malformed("\(place): expected an array, found \(kind(json))")
    }
    var values: [Value] = []
    for element in elements { values.append(try read(element)) }
    return values
  }

  /// Nil where there is nothing or null.
  static func optional<Value>(
    _ json: JSON?, _ read: (JSON) throws(RPCFault) -> Value
  ) throws(RPCFault) -> Value? {
    guard let json, json != .null else { return nil }
    return try read(json)
  }

  private static func kind(_ json: JSON?) -> String {
    if let text = json?.string {
      String(text.prefix(80)).quoted
    } else {
      json?.kindName ?? "nothing"
    }
  }
}
