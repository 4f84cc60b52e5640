import OrienModel

/// What a handler said in its call beside the status that it returns.
struct Said: Sendable {
  var failure: (reason: String?, message: String)?
  var command: Command?
  /// Why the node did not do the last that it was asked for.
  var refusal: Failure?

  /// What the returned status means. A status that the ABI does not have, or one that contradicts
  /// what was said, is the plugin's fault and told as such.
  func outcome(returning status: Int32) -> CallResult.Outcome {
    switch CallStatus(rawValue: status) {
    case .ok where command != nil:
      .misbehaved("gave a command to exec() and returned 0, expected ORIEN_EXEC (9)")
    case .ok: .done
    case .exec:
      command.map { .exec($0) } ?? .misbehaved("returned ORIEN_EXEC (9) without a command")
    case .some(let known): .failed(failure(known.code ?? .internal))
    case nil: .misbehaved("returned status \(status)")
    }
  }

  private func failure(_ code: Failure.Code) -> Failure {
    // Who only passes the node's answer on says with it what that was.
    let refusal = refusal?.code == code ? refusal : nil
    return Failure(
      code, failure?.reason ?? refusal?.reason ?? code.reason,
      failure?.message ?? refusal?.message ?? "the tool said no more than this")
  }
}

extension CallResult.Outcome {
  /// A handler that broke the contract.
  static func misbehaved(_ what: String) -> Self {
    .failed(Failure(.internal, "plugin-misbehaved", "plugin misbehaved: \(what)"))
  }
}

extension Failure.Code {
  /// The reason of a handler that gave none.
  fileprivate var reason: String {
    switch self {
    case .invalid: "invalid"
    case .denied: "denied"
    case .notFound: "not-found"
    case .limited: "limited"
    case .cancelled: "cancelled"
    case .unavailable: "unavailable"
    case .conflict: "conflict"
    default: "internal"
    }
  }
}
