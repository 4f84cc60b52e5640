package import OrienModel
package import OrienSystem

/// The ports of this machine that lead to rented ones, and who has them.
package struct PortRange: Sendable {
  /// Its end is not in it.
  package let bounds: Range<Int>
  /// By the machine's id.
  private var taken: [UInt16: String] = [:]
  /// Somebody else has them, or nobody reaches them from outside; until then.
  private var barred: [UInt16: Instant] = [:]
  /// Those that somebody outside has reached; nil: nobody was asked, and all may do.
  private(set) var reached: Set<UInt16>?

  package init(_ bounds: Range<Int>) {
    self.bounds = bounds
  }

  package var inUse: [UInt16] { taken.keys.sorted() }

  package var numbers: [UInt16] {
    bounds.compactMap { UInt16(exactly: $0) }.filter { $0 > 0 }
  }

  /// The machine that it leads to, by its id.
  package func machine(at port: UInt16) -> String? { taken[port] }

  private func isFree(_ port: UInt16) -> Bool {
    taken[port] == nil && barred[port] == nil && reached?.contains(port) ?? true
  }

  package func hasFree(at now: Instant) -> Bool {
    var range = self
    range.barred = barred.filter { $0.value > now }
    return range.numbers.contains(where: range.isFree)
  }

  /// The lowest that is free.
  package mutating func take(for id: String, at now: Instant) throws(Failure) -> UInt16 {
    barred = barred.filter { $0.value > now }
    guard let port = numbers.first(where: isFree) else { throw exhaustion }
    taken[port] = id
    return port
  }

  private var exhaustion: Failure {
    let all = numbers
    let unreached = reached.map { reached in all.count { !reached.contains($0) } } ?? 0
    return Failure(
      .unavailable, "no-port",
      "no port of \(bounds.lowerBound) to \(bounds.upperBound - 1) is free: \(taken.count) lead to "
        + "machines, \(barred.count) are somebody else's, \(unreached) are not reached from outside"
        + " (PORT_RANGE_START, PORT_RANGE_END)")
  }

  /// One that a machine has already, in the range or not.
  package mutating func keep(_ port: UInt16, for id: String) { taken[port] = id }

  /// Gives it back, unless another has it by now.
  package mutating func giveBack(_ port: UInt16, of id: String) {
    if taken[port] == id { taken[port] = nil }
  }

  /// Somebody else listens there: it is looked at again later.
  package mutating func bar(_ port: UInt16, of id: String, until end: Instant) {
    giveBack(port, of: id)
    barred[port] = end
  }

  package mutating func note(reached ports: Set<UInt16>?) { reached = ports }
}
