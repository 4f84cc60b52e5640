import OrienModel

/// What JSON-RPC says went wrong: its own codes, and those of the dialect that the node speaks.
struct RPCError: Error {
  var code: Int64
  var message: String
  /// The node's own word for it.
  var reason: String?

  static func parse(_ message: String) -> RPCError { RPCError(code: -32700, message: message) }
  static func invalidRequest(_ message: String) -> RPCError {
    RPCError(code: -32600, message: message)
  }
  static func unknownMethod(_ name: String) -> RPCError {
    RPCError(code: -32601, message: "Method not found: \(name)")
  }
  static func invalidParams(_ message: String) -> RPCError {
    RPCError(code: -32602, message: message)
  }
}

extension RPCError {
  init(_ failure: Failure) {
    self.init(
      code: Self.code(of: failure), message: failure.message, reason: failure.reason)
  }

  /// The one table from what went wrong to a code.
  private static func code(of failure: Failure) -> Int64 {
    switch failure.code {
    case .invalid, .mismatch, .unsupported, .tooLarge, .conflict: -32602
    case .notFound: -30002
    case .unavailable where failure.reason == "draining": -31002
    case .unavailable, .cancelled, .denied, .unauthenticated, .unpaid: -30003
    case .limited where failure.reason == "queue-full": -30007
    case .limited: -31005
    case .full: -31004
    case .internal: -32603
    }
  }
}
