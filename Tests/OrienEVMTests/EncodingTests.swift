import OrienEVM
import OrienModel
import Testing

@Suite("RLP and ABI")
struct EncodingTests {
  @Test("RLP has one form for each item, and reads it back")
  func encodesRLP() throws {
    let cat: RLP = .bytes(Array("cat".utf8))
    let cases: [(RLP, [UInt8])] = [
      (.bytes([]), [0x80]), (.number(0), [0x80]), (.number(15), [0x0F]),
      (.number(1024), [0x82, 4, 0]), (.bytes([0]), [0]), (.list([]), [0xC0]),
      (.list([cat, cat]), [0xC8, 0x83, 99, 97, 116, 0x83, 99, 97, 116]),
      (.bytes([UInt8](repeating: 7, count: 56)), [0xB8, 56] + [UInt8](repeating: 7, count: 56)),
    ]
    for (item, bytes) in cases {
      #expect(item.encoded == bytes)
      #expect(try RLP(decoding: bytes) == item)
    }
  }

  @Test(
    "RLP in another form is refused",
    arguments: [
      [], [0x81, 0x7F], [0xB8, 1, 0xFF], [0xB9, 0, 56], [0x82, 1], [0x80, 0], [0xC1],
      [0xC2, 0x82, 1], [0xBF] + [UInt8](repeating: 0xFF, count: 8), [0xF8, 0],
      [UInt8](repeating: 0xC1, count: 17) + [0xC0],
    ] as [[UInt8]])
  func refusesRLP(_ bytes: [UInt8]) {
    #expect { try RLP(decoding: bytes) } throws: { ($0 as? Failure)?.reason == "bad-rlp" }
  }

  @Test("A number in RLP has no zero in front and at most 32 bytes")
  func numbersInRLP() {
    #expect(RLP.bytes([0]).number == nil)
    #expect(RLP.bytes([UInt8](repeating: 1, count: 33)).number == nil)
    #expect(RLP.bytes([1, 0]).number == 256)
    #expect(RLP.list([]).number == nil)
  }

  @Test("The functions of a payment stream have the selectors that the contract has")
  func selectors() {
    let functions: [(ABIFunction, String)] = [
      (.init("createStream", [.address, .address, .uint256, .unsigned(bits: 128)]), "0x506efe70"),
      (.init("withdraw", [.uint256]), "0x2e1a7d4d"), (.init("terminate", [.uint256]), "0x7a828b28"),
      (.init("topUp", [.uint256, .uint256]), "0xde643a71"),
      (.init("streams", [.uint256]), "0x64d60d91"),
      (.init("Error", [.string]), "0x08c379a0"),
      (.init("transfer", [.address, .uint256]), "0xa9059cbb"),
    ]
    for (function, selector) in functions {
      #expect(HexData.text(of: function.selector) == selector, "\(function.signature)")
    }
    let event = ABIEvent(
      "Withdraw", [.indexed(.uint256), .indexed(.address), .data(.uint256)])
    #expect(
      event.topic.description
        == "0x9da6493a92039daf47d1f2d7a782299c5994c6323eb1e972f69c432089ec52bf")
  }

  private static let types: [ABIType] = [
    .uint256, .string, .array(of: .address), .bool, .unsigned(bits: 128), .bytes,
  ]

  @Test("What is encoded is read back, and no byte of it may go, come or change its place")
  func strict() throws {
    let values: [ABIValue] = [
      .unsigned(.max), .string("größer"), .array([.address(.zero), .address(.zero)]), .bool(true),
      .unsigned(7), .bytes([1, 2, 3]),
    ]
    let bytes = try ABI.encode(values, as: Self.types)
    #expect(try ABI.decode(bytes, as: Self.types) == values)
    for bad in [bytes + [0], Array(bytes.dropLast()), bytes + [UInt8](repeating: 0, count: 32)] {
      #expect(throws: Failure.self) { try ABI.decode(bad, as: Self.types) }
    }
    // An offset, the flag, the number that has 128 bits, a length, and the padding of the string.
    for place in [32 + 31, 64, 96 + 30, 128 + 15, 192, 192 + 40] {
      var bad = bytes
      bad[place] ^= 0x10
      #expect(throws: Failure.self, "\(place)") { try ABI.decode(bad, as: Self.types) }
    }
  }

  @Test("Values that are not of their types are not sent")
  func mistaken() {
    let wrong: [(ABIValue, ABIType)] = [
      (.bool(true), .uint256), (.unsigned(256), .unsigned(bits: 8)),
      (.array([.bool(true)]), .array(of: .address)), (.string(""), .bytes),
    ]
    for (value, type) in wrong {
      #expect(throws: Failure.self) { try ABI.encode([value], as: [type]) }
    }
    #expect(throws: Failure.self) { try ABI.encode([], as: [.bool]) }
  }

  @Test("A string that is no UTF-8 is refused")
  func noText() throws {
    let bytes = try ABI.encode([.bytes([0xFF])], as: [.bytes])
    #expect(throws: Failure.self) { try ABI.decode(bytes, as: [.string]) }
  }

  @Test(
    "Types are read as they are written", arguments: ["uint8", "uint256", "address[]", "bytes32"])
  func readsTypes(_ text: String) throws {
    #expect(try ABIType(parsing: text).description == text)
  }

  @Test(
    "No other types are",
    arguments: ["uint", "uint7", "uint264", "uint08", "string[]", "int8", "[]"])
  func refusesTypes(_ text: String) {
    #expect(throws: Failure.self) { try ABIType(parsing: text) }
  }

  @Test("A refusal of a contract's has a text, where it is an Error(string)")
  func reverts() throws {
    let data = try ABIFunction("Error", [.string]).call([.string("no-stream")])
    #expect(RevertReason.text(in: data) == "no-stream")
    #expect(RevertReason.text(in: Array(data.dropLast())) == nil)
    #expect(RevertReason.text(in: []) == nil)
  }
}
