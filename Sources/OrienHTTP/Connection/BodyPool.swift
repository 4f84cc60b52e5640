import OrienSystem

/// What the bodies that a server collects hold together. Belongs to the loop.
///
/// A few bytes of each are free, so that whoever fills the pool with large bodies keeps nobody from
/// sending a small one; the number of connections bounds those. Nobody from elsewhere fills more than
/// half of it alone.
final class BodyPool {
  static let freeBytes = 16 << 10

  private let limitBytes: Int
  private(set) var usedBytes = 0
  private var usedByNetwork: [NetworkAddress: Int] = [:]

  init(limitBytes: Int) { self.limitBytes = limitBytes }

  /// Takes the place of a body of that peer's that has come to `bytes`, in place of what it had; false
  /// where there is none.
  func take(_ bytes: Int, of peer: NetworkAddress, inPlaceOf held: inout Int) -> Bool {
    let wanted = max(0, bytes - Self.freeBytes)
    guard wanted <= held || hasRoom(for: wanted - held, of: peer) else { return false }
    note(wanted - held, of: peer)
    held = wanted
    return true
  }

  func give(back held: Int, of peer: NetworkAddress) { note(-held, of: peer) }

  private func hasRoom(for bytes: Int, of peer: NetworkAddress) -> Bool {
    usedBytes + bytes <= limitBytes
      && (peer.isLoopback || usedByNetwork[peer.network, default: 0] + bytes <= limitBytes / 2)
  }

  private func note(_ change: Int, of peer: NetworkAddress) {
    guard change != 0 else { return }
    usedBytes += change
    let network = peer.network
    let used = usedByNetwork[network, default: 0] + change
    usedByNetwork[network] = used > 0 ? used : nil
  }
}

extension Refusal {
  static let noRoomForBody = Refusal(
    .serviceUnavailable, "bodies-full",
    "there is no room for a body of this size now, for others are on their way; come again",
    retryAfterSeconds: 1)
}
