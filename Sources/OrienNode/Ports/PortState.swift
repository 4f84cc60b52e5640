package import OrienModel

/// What is known of one port of this machine.
package struct PortState: Sendable, Equatable {
  /// From outside.
  package enum Reach: String, Sendable {
    case reachable, unreachable, unknown
  }

  package var port: UInt16
  package var reach = Reach.unknown
  /// This node listens there, or could when it was last tried.
  package var isListening = false
  /// Which checker has reached it.
  package var verifiedBy: String?
  /// Why none has.
  package var error: String?
  /// The machine that it leads to, by its id.
  package var machine: String?

  package init(_ port: UInt16) { self.port = port }
}

/// What is known of all of them.
package struct PortReport: Sendable {
  /// How it stands with the checking.
  package enum Outcome: Sendable, Equatable {
    /// Nobody is asked: none is named, or the operator wants it so.
    case unasked
    /// Not over yet for the first time.
    case unknown
    case checked
    /// No checker has answered.
    case failed(Failure)
  }

  package var bounds: Range<Int>
  package var outcome = Outcome.unknown
  package var isChecking = false
  package var checkedAt: Timestamp?
  package var ports: [PortState] = []
  /// Of the node's own interface.
  package var own: [(host: String, port: PortState)] = []

  /// Leads to no machine and could be given to one.
  package func isUsable(_ port: PortState) -> Bool {
    port.machine == nil && port.isListening && port.reach != .unreachable
  }
}
