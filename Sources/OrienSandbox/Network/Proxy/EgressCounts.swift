import OrienModel

/// What the programs of one jail have done outside so far. Saturates.
package struct EgressCounts: Sendable, Equatable {
  /// What the other ends got, and what came from them; what the proxy says itself is neither.
  package internal(set) var sentBytes: UInt64 = 0
  package internal(set) var receivedBytes: UInt64 = 0
  /// Connections that were made.
  package internal(set) var connections: UInt64 = 0
  /// Targets that policy refused.
  package internal(set) var refusals: UInt64 = 0
  /// Allowed targets to which there was no way.
  package internal(set) var failures: UInt64 = 0
  /// What was no request.
  package internal(set) var malformed: UInt64 = 0

  package init() {}

  mutating func note(_ refusal: EgressRefusal) {
    switch refusal {
    case .denied: refusals = refusals.saturatingAdd(1)
    case .unknownName, .unreachable, .connectionRefused, .unanswered, .exhausted:
      failures = failures.saturatingAdd(1)
    case .malformed, .headTooLarge, .headTooLate, .noMethod, .noCommand, .noAddressType:
      malformed = malformed.saturatingAdd(1)
    }
  }
}
