/// What one jail may have of its proxy.
package struct EgressLimits: Sendable {
  /// At a time; others wait until one of them ends.
  package var connections = 64
  /// A connection over which nothing has passed for so long is ended.
  package var idle: Duration = .seconds(300)
  /// From the accepting until the program has said what it wants.
  package var head: Duration = .seconds(10)
  /// From then until there is a connection, the looking up of its name included.
  package var connect: Duration = .seconds(10)

  package init() {}
}
