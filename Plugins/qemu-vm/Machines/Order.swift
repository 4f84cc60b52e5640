internal import OrienCloudInit

/// A machine as somebody wants it.
struct Order: Sendable {
  let name: String
  /// Empty: the usual one.
  let image: String
  let size: Record.Size
  let seed: CloudInit
  let deadlineMilliseconds: Int
}
