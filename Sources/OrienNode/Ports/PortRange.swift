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

  /// The lowest that is free.
  package mutating func take(for id: String, at now: Instant) throws(Failure) -> UInt16 {
    barred = barred.filter { $0.value > now }
    for number in bounds {
      guard let port = UInt16(exactly: number), port > 0, taken[port] == nil, barred[port] == nil,
        reached?.contains(port) ?? true
      else { continue }
      taken[port] = id
      return port
    }
    throw Failure(
      .unavailable, "no-port",
      "no port of \(bounds.lowerBound) to \(bounds.upperBound - 1) is free: \(taken.count) lead to "
        + "machines, \(barred.count) are somebody else's (PORT_RANGE_START, PORT_RANGE_END)")
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
