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

  init(_ limits: HTTPLimits, from now: Instant) {
    end = now + limits.rateWindow
    missing = Int(
      clamping: UInt64(limits.minimumBytesPerSecond)
        * max(limits.rateWindow.milliseconds, 1) / 1000)
    missing = max(missing, 1)
  }

  mutating func move(_ bytes: Int) { missing -= bytes }

  var isSatisfied: Bool { missing <= 0 }
}
