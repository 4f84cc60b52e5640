package import OrienModel

/// A type of Solidity's that we send or read. Arrays are of static elements, and of any number.
package indirect enum ABIType: Sendable, Equatable {
  /// `bits` is a multiple of 8 up to 256.
  case unsigned(bits: Int)
  case address
  case bool
  case bytes32
  case string
  case bytes
  case array(of: ABIType)

  package static let uint256 = ABIType.unsigned(bits: 256)

  /// Its value stands behind the others, and an offset in its place.
  var isDynamic: Bool {
    switch self {
    case .string, .bytes, .array: true
    default: false
    }
  }
}

extension ABIType: CustomStringConvertible {
  /// As a signature spells it.
  package var description: String {
    switch self {
    case .unsigned(let bits): "uint\(bits)"
    case .address: "address"
    case .bool: "bool"
    case .bytes32: "bytes32"
    case .string: "string"
    case .bytes: "bytes"
    case .array(let element): "\(element)[]"
    }
  }

  package init(parsing text: String) throws(Failure) {
    guard let type = Self.named(text) else {
      throw Failure(.unsupported, "abi-type", "\(text.quoted) is no ABI type that is spoken here")
    }
    self = type
  }

  private static func named(_ text: String) -> ABIType? {
    switch text {
    case "address": return .address
    case "bool": return .bool
    case "bytes32": return .bytes32
    case "string": return .string
    case "bytes": return .bytes
    default: break
    }
    if text.hasSuffix("[]") {
      guard let element = named(String(text.dropLast(2))), !element.isDynamic else { return nil }
      return .array(of: element)
    }
    guard text.hasPrefix("uint"), let size = UInt256(decimal: text.dropFirst(4))?.uint64,
      (8...256).contains(size), size % 8 == 0
    else { return nil }
    return .unsigned(bits: Int(size))
  }
}

/// A value of one of them.
package enum ABIValue: Sendable, Equatable {
  case unsigned(UInt256)
  case address(Address)
  case bool(Bool)
  case bytes32(Bytes32)
  case string(String)
  case bytes([UInt8])
  case array([ABIValue])
}

// What a value is, or nil where it is something else.
extension ABIValue {
  package var unsigned: UInt256? {
    if case .unsigned(let value) = self { value } else { nil }
  }
  package var address: Address? {
    if case .address(let value) = self { value } else { nil }
  }
  package var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }
  package var bytes32: Bytes32? {
    if case .bytes32(let value) = self { value } else { nil }
  }
  package var string: String? {
    if case .string(let value) = self { value } else { nil }
  }
  package var bytes: [UInt8]? {
    if case .bytes(let value) = self { value } else { nil }
  }
  package var array: [ABIValue]? {
    if case .array(let values) = self { values } else { nil }
  }
}
