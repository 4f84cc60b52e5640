package import OrienModel

/// What is to become of what a stream pays for, by what is known of the stream.
package enum StreamUpkeep: Sendable, Equatable {
  case run
  /// As it is: nobody knows, and not for long.
  case leave
  case stop(Failure)
  case delete(Failure)
}

extension StreamClaim.Standing {
  /// Not seen to be over, but it is by now, or will be before anybody looks again.
  static let low = "runway-low"

  /// Takes what was read. `lag` is how long that is ago.
  mutating func take(
    _ reading: StreamReading, lag: UInt64, _ settings: PaymentSettings, at now: Timestamp
  ) {
    unknownSince = nil
    let left = reading.remainingSeconds(after: lag)
    var found = reading.fault?.rawValue
    // That it is over says the chain alone: what was added since then is not known here yet.
    if found == nil, left <= settings.leastSeconds { found = Self.low }
    // What was stopped starts for more than the time until it would be stopped again.
    let margin = 2 * settings.interval.wholeSeconds
    if found == nil, fault != nil, left <= settings.leastSeconds.saturatingAdd(margin) {
      found = Self.low
    }
    paidUntil = now.after(seconds: left)
    // What is over is kept for its time from its end on, and not from when that was near.
    let isSame = Self.isEnd(found) == Self.isEnd(fault)
    faultSince = found == nil ? nil : isSame ? faultSince ?? now : now
    fault = found
  }

  /// Nobody could say anything, and that says nothing.
  mutating func miss(since: Timestamp) {
    unknownSince = min(unknownSince ?? since, since)
  }

  /// Which of the three it is, as it is told.
  package var word: String {
    if unknownSince != nil { return "unknown" }
    return fault == nil ? "good" : "bad"
  }

  package func upkeep(_ settings: PaymentSettings, at now: Timestamp) -> StreamUpkeep {
    if let unknownSince {
      guard now.seconds(since: unknownSince) >= settings.grace.wholeSeconds else { return .leave }
      return .stop(Self.unknown(since: unknownSince))
    }
    guard let fault else { return .run }
    let failure = Self.unpaid(fault)
    guard Self.isEnd(fault) else { return .stop(failure) }
    if settings.deletesOnExhaustion { return .delete(failure) }
    if let retention = settings.retention, let faultSince,
      now.seconds(since: faultSince) >= retention.wholeSeconds
    {
      return .delete(failure)
    }
    return .stop(failure)
  }

  /// Nothing more is paid, unless somebody pays anew.
  private static func isEnd(_ fault: String?) -> Bool {
    switch fault.flatMap({ StreamFault(rawValue: $0) }) {
    case .ended, .terminated, .halted: true
    default: false
    }
  }

  static func unknown(since: Timestamp) -> Failure {
    Failure(
      .unavailable, "payments-unknown",
      "since \(since.iso8601) nobody can say whether its stream pays: the chain does not answer")
  }

  static func unpaid(_ fault: String) -> Failure {
    let why =
      StreamFault(rawValue: fault)?.message
      ?? "its stream pays for less time than it has to: top it up"
    return Failure(.unpaid, fault, why)
  }
}

extension Duration {
  var wholeSeconds: UInt64 { UInt64(clamping: components.seconds) }
}
