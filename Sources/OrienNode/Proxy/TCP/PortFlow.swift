import OrienSystem

/// One direction of a session: what one end sends goes to the other, and its end behind it. What that
/// one does not take yet is in a pipe, and the source is asked for no more meanwhile.
struct PortFlow {
  /// Bytes are on their way.
  private var transit: Transit?
  /// The source has sent all that it will, and the sink was told.
  private(set) var isOver = false

  enum Step {
    case moved(Int)
    /// One of the ends is gone.
    case broken(Int)
    /// There is no descriptor for a pipe.
    case short
  }

  /// A step goes on for so many times while there is a lot, for others wait too.
  private static let rounds = 4
  private static let plentyBytes = 32 << 10

  var isBlocked: Bool { transit != nil }
  var wantsMore: Bool { !isBlocked && !isOver }

  /// Moves what is there and is taken.
  mutating func step(from source: RelayEnd, to sink: RelayEnd, by pool: TransitPool) -> Step {
    guard !isOver else { return .moved(0) }
    guard let transit = self.transit ?? pool.take() else { return .short }
    defer {
      // A session that rests holds no pipe.
      self.transit = transit.heldBytes > 0 ? transit : nil
      if transit.heldBytes == 0 { pool.giveBack(transit) }
    }
    var moved = 0
    var round = 0
    while true {
      guard let given = transit.give(to: sink.socket) else { return .broken(moved) }
      moved += given
      // Nobody tells when there is more of a source that is hung up.
      guard transit.heldBytes == 0, round < Self.rounds || source.isHungUp else { break }
      round += 1
      switch transit.take(from: source.socket) {
      case .bytes(let count):
        if count < Self.plentyBytes { round = Self.rounds }
      case .nothing: return .moved(moved)
      case .end:
        sink.socket.finishSending()
        isOver = true
        return .moved(moved)
      case .broken: return .broken(moved)
      }
    }
    return .moved(moved)
  }
}
