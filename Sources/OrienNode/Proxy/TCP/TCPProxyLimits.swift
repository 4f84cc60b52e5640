/// What the node's own proxy holds its clients to.
package struct TCPProxyLimits: Sendable {
  /// Sessions at once, of all leases together.
  package var sessions = 1024
  /// Of one lease: one tenant's clients leave room for the others'.
  package var sessionsPerLease = 128
  /// How long a target may take to answer; what its client sends meanwhile waits.
  package var connect: Duration = .seconds(1)
  /// How long a session may pass nothing either way.
  package var idle: Duration = .seconds(24 * 3600)
  /// How long sessions of a lease that is closed may go on.
  package var afterClose: Duration = .zero

  package init() {}

  /// The most that this takes of the process's descriptors: two sockets a session, and where both
  /// sides are slow, a pipe each way; and two listeners for each of `leases`.
  package func descriptors(leases: Int) -> Int { 6 * sessions + 2 * leases + 8 }
}
