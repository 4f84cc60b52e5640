internal import OrienModel

extension ChainClient {
  /// What a failure of this module's says for programs and for people, for a plugin, which does not
  /// link the module of the values; nil of any other error.
  package static func told(of error: any Error) -> (reason: String, message: String)? {
    if let failure = error as? Failure { return (failure.reason, failure.message) }
    return (error as? RPCFault).map { ($0.reason, $0.description) }
  }
}

extension RPCFault {
  /// Its kind, for programs.
  package var reason: String {
    switch self {
    case .transport: "chain-unreachable"
    case .refused: "chain-refused"
    case .malformed: "chain-malformed"
    case .wrongChain: "chain-wrong"
    case .reorganised: "chain-reorganised"
    case .disagreement: "chain-disagreement"
    }
  }
}
