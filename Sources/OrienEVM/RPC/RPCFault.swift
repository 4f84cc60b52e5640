/// Why a question to a chain has no answer. What to do about each is different, so they are told apart.
package enum RPCFault: Error, Sendable, Equatable {
  /// Not reached, too late, too large, or refused by its web server.
  case transport(String)
  /// The endpoint heard the question and says no: JSON-RPC's error.
  case refused(code: Int64, message: String, data: [UInt8])
  /// What came is not what was asked for.
  case malformed(String)
  /// It speaks for another chain.
  case wrongChain(found: UInt64)
  /// What was read is of a block that the chain has no more.
  case reorganised
  /// Fewer endpoints than are wanted say the same.
  case disagreement(String)
}

extension RPCFault {
  /// Another endpoint may do better: this one is out of order, busy or not allowed to answer. A
  /// contract's or a pool's refusal is the same wherever it is asked for.
  var isEndpointsOwn: Bool {
    switch self {
    case .transport, .malformed, .wrongChain: true
    // No batches, a method that is not there or not for us, a limit, an internal error.
    case .refused(let code, _, _): Self.endpointsOwnCodes.contains(code)
    case .reorganised, .disagreement: false
    }
  }

  private static let endpointsOwnCodes: [Int64] = [
    -32700, -32600, -32601, -32603, -32001, -32004, -32005, -32097,
  ]

  /// A contract has refused a call; with its text, where it gave one.
  package var revert: String? {
    guard case .refused(let code, let message, let data) = self,
      code == 3 || message.hasPrefix("execution reverted")
    else { return nil }
    return RevertReason.text(in: data) ?? ""
  }
}

extension RPCFault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .transport(let why): "not answered: \(why)"
    case .refused(let code, let message, _): "refused with code \(code): \(message)"
    case .malformed(let why): "answered something else: \(why)"
    case .wrongChain(let found): "is of chain \(found)"
    case .reorganised: "the chain was reorganised meanwhile"
    case .disagreement(let why): "endpoints disagree: \(why)"
    }
  }
}
