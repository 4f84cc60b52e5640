import OrienSystem

/// Pipes that nothing is in, lent for as long as bytes are on their way: a session that rests has
/// none.
final class TransitPool {
  private var free: [Transit] = []
  private static let keptAtMost = 64

  /// Nil where the process has no descriptors left.
  func take() -> Transit? { free.popLast() ?? (try? Transit()) }

  /// One that still holds bytes goes, and these with it.
  func giveBack(_ transit: Transit) {
    if transit.heldBytes == 0, free.count < Self.keptAtMost { free.append(transit) }
  }

  func empty() { free = [] }
}
