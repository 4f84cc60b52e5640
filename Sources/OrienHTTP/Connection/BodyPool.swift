/// What the bodies that a server collects hold together. Belongs to the loop.
///
/// A few bytes of each are free, so that whoever fills the pool with large bodies keeps nobody from
/// sending a small one; the number of connections bounds those.
final class BodyPool {
  static let freeBytes = 16 << 10

  private let limitBytes: Int
  private(set) var usedBytes = 0

  init(limitBytes: Int) { self.limitBytes = limitBytes }

  /// Takes the place of a body that has come to `bytes`, in place of what it had; false where there
  /// is none.
  func take(_ bytes: Int, inPlaceOf held: inout Int) -> Bool {
    let wanted = max(0, bytes - Self.freeBytes)
    guard wanted <= held || usedBytes - held + wanted <= limitBytes else { return false }
    usedBytes += wanted - held
    held = wanted
    return true
  }

  func give(back held: Int) { usedBytes -= held }
}

extension Refusal {
  static let noRoomForBody = Refusal(
    .serviceUnavailable, "bodies-full",
    "there is no room for a body of this size now, for others are on their way; come again",
    retryAfterSeconds: 1)
}
