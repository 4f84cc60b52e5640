internal import Glibc
internal import OrienEVM
internal import OrienModel

/// What a script may have done, by name.
final class Probe {
  /// The client that the last `connect` has made.
  var client: ChainClient?
  var key: SigningKey?

  typealias Act = (Input) throws -> JSON

  func answer(to line: String) -> String {
    let json: JSON
    do {
      let input = try JSON(parsing: Array(line.utf8))
      json = .object([.init("ok", try act(Input(json: input)))])
    } catch let fault as RPCFault {
      json = .object([.init("fault", .string(fault.kind)), .init("text", .string("\(fault)"))])
    } catch let failure as Failure {
      json = .object([
        .init("error", .string(failure.reason)), .init("text", .string(failure.message)),
      ])
    } catch {
      preconditionFailure("\(error)")
    }
    return String(decoding: json.compact, as: UTF8.self)
  }

  private func act(_ input: Input) throws -> JSON {
    let name = try input.text("do")
    for table in [values, transactions, chain] {
      if let act = table[name] { return try act(input) }
    }
    throw Failure(.invalid, "no-such-act", name)
  }
}

func flushOutput() { fflush(nil) }

/// The members of a line, each of the kind that it has to be.
struct Input {
  let json: JSON

  func text(_ name: String) throws -> String { try require(json[name]?.string, name) }
  func bytes(_ name: String) throws -> [UInt8] {
    try require(HexData.bytes(of: text(name)), name)
  }
  func number(_ name: String) throws -> UInt256 {
    try require(UInt256(decimal: text(name)), name)
  }
  func small(_ name: String) throws -> UInt64 { try require(number(name).uint64, name) }
  func list(_ name: String) throws -> [JSON] { try require(json[name]?.array, name) }
  func object(_ name: String) throws -> Input { Input(json: try require(json[name], name)) }
  func address(_ name: String) throws -> Address { try Address(parsing: text(name)) }
  func has(_ name: String) -> Bool { json[name] != nil && json[name] != .null }

  func require<Value>(_ value: Value?, _ name: String) throws -> Value {
    guard let value else { throw Failure(.invalid, "bad-line", name) }
    return value
  }
}

extension RPCFault {
  var kind: String {
    switch self {
    case .transport: "transport"
    case .refused: "refused"
    case .malformed: "malformed"
    case .wrongChain: "wrong-chain"
    case .reorganised: "reorganised"
    case .disagreement: "disagreement"
    }
  }
}

extension JSON {
  static func hex(_ bytes: [UInt8]) -> JSON { .string(HexData.text(of: bytes)) }
  static func decimal(_ value: UInt256) -> JSON { .string(value.description) }
  static func decimal(_ value: UInt64) -> JSON { .string(String(value)) }
}
