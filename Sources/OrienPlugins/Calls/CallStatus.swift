package import OrienModel

/// What the node answers to a function of a running call, and a handler to the node. The numbers
/// are the ABI's and frozen; a number that nobody knows counts as `internal`.
package enum CallStatus: Int32, Sendable, CaseIterable {
  case ok = 0, invalid, denied, notFound, limited, cancelled, unavailable, `internal`, conflict
  /// The call goes on as the command that was given.
  case exec

  /// The failure's nearest status: what a plugin can tell apart of the codes that a node has.
  package init(_ code: Failure.Code) {
    self =
      switch code {
      case .invalid, .mismatch, .unsupported: .invalid
      case .denied, .unauthenticated, .unpaid: .denied
      case .notFound: .notFound
      case .conflict: .conflict
      case .tooLarge, .limited, .full: .limited
      case .unavailable: .unavailable
      case .cancelled: .cancelled
      case .internal: .internal
      }
  }

  /// The code of a handler that returned this; nil for `ok` and `exec`, which are no failures.
  package var code: Failure.Code? {
    switch self {
    case .ok, .exec: nil
    case .invalid: .invalid
    case .denied: .denied
    case .notFound: .notFound
    case .limited: .limited
    case .cancelled: .cancelled
    case .unavailable: .unavailable
    case .internal: .internal
    case .conflict: .conflict
    }
  }
}
