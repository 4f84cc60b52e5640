import OrienSystem

/// What a connection is waiting for, and until when.
enum Clock {
  /// For the handler, or for nothing.
  case none
  /// For the first byte of another request.
  case idle(until: Instant)
  /// For the rest of a head.
  case head(until: Instant)
  /// For a body to go on coming.
  case body(RateWindow)
  /// For the client to go on taking what was written.
  case sending(RateWindow)
  /// For a client that was answered and told goodbye.
  case linger(until: Instant)

  var deadline: Instant? {
    switch self {
    case .none: nil
    case .idle(let until), .head(let until), .linger(let until): until
    case .body(let window), .sending(let window): window.end
    }
  }
}

/// A stretch of time in which a number of bytes must move, so that nobody holds a connection by
/// a byte now and then.
struct RateWindow {
  private(set) var end: Instant
  private var missing: Int
  private let unacknowledgedBytes: Int

  /// - Parameter unacknowledgedBytes: what was on its way when the stretch began.
  init(_ limits: HTTPLimits, from now: Instant, unacknowledgedBytes: Int = 0) {
    self.unacknowledgedBytes = unacknowledgedBytes
    end = now + limits.rateWindow
    missing = Int(
      clamping: UInt64(limits.minimumBytesPerSecond)
        * max(limits.rateWindow.milliseconds, 1) / 1000)
    missing = max(missing, 1)
  }

  mutating func move(_ bytes: Int) { missing -= bytes }

  /// Whether as much has moved, with so much on its way now. What arrives counts and not what the
  /// kernel takes: it buffers megabytes, and asks for more only when a third of them is gone.
  func isSatisfied(unacknowledgedBytes now: Int = 0) -> Bool {
    missing - (unacknowledgedBytes - now) <= 0
  }
}
