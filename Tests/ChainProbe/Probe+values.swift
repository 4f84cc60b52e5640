internal import OrienEVM
internal import OrienModel

extension Probe {
  var values: [String: Act] {
    [
      "arithmetic": arithmetic,
      "quantity": { .string(try $0.number("value").quantity) },
      "keccak": { .string(Keccak256.hash(of: try $0.bytes("bytes")).description) },
      "checksum": { .string(try $0.address("address").description) },
      "rlp-encode": { .hex(try Self.item($0.require($0.json["item"], "item")).encoded) },
      "rlp-decode": { Self.json(try RLP(decoding: $0.bytes("bytes"))) },
      "abi-encode": { input in
        let types = try Self.types(input)
        let values = try zip(types, input.list("values")).map(Self.value)
        return .hex(try ABI.encode(values, as: types))
      },
      "abi-decode": { input in
        .array(try ABI.decode(input.bytes("bytes"), as: Self.types(input)).map(Self.json))
      },
      "abi-again": { input in
        let types = try Self.types(input)
        return .hex(try ABI.encode(ABI.decode(input.bytes("bytes"), as: types), as: types))
      },
      "selector": { input in
        let function = ABIFunction(try input.text("name"), try Self.types(input))
        return .hex(function.selector)
      },
    ]
  }

  private func arithmetic(_ input: Input) throws -> JSON {
    let (a, b) = (try input.number("a"), try input.number("b"))
    func json(_ value: UInt256?) -> JSON { value.map { .decimal($0) } ?? .null }
    let divided = a.divided(by: b)
    return .array([
      json(a.plus(b)), json(a.minus(b)), json(a.times(b)), json(divided?.quotient),
      json(divided?.remainder), .bool(a < b),
    ])
  }

  private static func item(_ json: JSON) throws -> RLP {
    if let items = json.array { return .list(try items.map(item)) }
    return .bytes(
      try Input(json: json).require(json.string.flatMap { HexData.bytes(of: $0) }, "item"))
  }

  private static func json(_ item: RLP) -> JSON {
    switch item {
    case .bytes(let bytes): .hex(bytes)
    case .list(let items): .array(items.map(json))
    }
  }

  private static func types(_ input: Input) throws -> [ABIType] {
    try input.list("types").map { try ABIType(parsing: input.require($0.string, "types")) }
  }

  private static func value(_ type: ABIType, _ json: JSON) throws -> ABIValue {
    let input = Input(json: json)
    let text = json.string ?? ""
    return switch type {
    case .unsigned: .unsigned(try input.require(UInt256(decimal: text), "uint"))
    case .address: .address(try Address(parsing: text))
    case .bool: .bool(try input.require(json.bool, "bool"))
    case .bytes32: .bytes32(try input.require(Bytes32(hex: text), "bytes32"))
    case .string: .string(text)
    case .bytes: .bytes(try input.require(HexData.bytes(of: text), "bytes"))
    case .array(let element):
      .array(try input.require(json.array, "array").map { try value(element, $0) })
    }
  }

  static func json(_ value: ABIValue) -> JSON {
    switch value {
    case .unsigned(let number): .decimal(number)
    case .address(let address): .string(address.description)
    case .bool(let flag): .bool(flag)
    case .bytes32(let word): .hex(word.bytes)
    case .string(let text): .string(text)
    case .bytes(let bytes): .hex(bytes)
    case .array(let values): .array(values.map(json))
    }
  }
}
