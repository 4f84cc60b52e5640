import OrienModel
import OrienSystem

/// What passes between the program and its target, each way for itself: an end of one is passed on,
/// and the other goes on.
extension EgressConnection {
  func beginRelaying(_ outside: RelayEnd) {
    guard let client else { return }
    lastMoved = proxy.loop.now
    timer?.cancel()
    waitForIdleness(until: lastMoved + proxy.limits.idle)
    pass(upwards: true, client, outside)
    pass(upwards: false, client, outside)
    settle(client, outside)
  }

  func relay(_ client: RelayEnd, _ outside: RelayEnd, _ readiness: Readiness) {
    if readiness.isBroken {
      client.hangUp()
      download.abandon()
    }
    if readiness.contains(.read) || client.isHungUp { pass(upwards: true, client, outside) }
    if readiness.contains(.write) { pass(upwards: false, client, outside) }
    settle(client, outside)
  }

  func relay(outside: RelayEnd, _ client: RelayEnd, _ readiness: Readiness) {
    if readiness.isBroken {
      outside.hangUp()
      upload.abandon()
    }
    if readiness.contains(.read) || outside.isHungUp { pass(upwards: false, client, outside) }
    if readiness.contains(.write) { pass(upwards: true, client, outside) }
    settle(client, outside)
  }

  /// Passes on one piece at most, for others wait too: what is left is told of again.
  private func pass(upwards: Bool, _ client: RelayEnd, _ outside: RelayEnd) {
    let moved =
      upwards
      ? Self.pass(&upload, from: client, to: outside)
      : Self.pass(&download, from: outside, to: client)
    guard moved.taken > 0 || moved.given > 0 else { return }
    lastMoved = proxy.loop.now
    if upwards {
      sentBytes = sentBytes.saturatingAdd(moved.given)
      proxy.counts.sentBytes = proxy.counts.sentBytes.saturatingAdd(moved.given)
    } else {
      receivedBytes = receivedBytes.saturatingAdd(moved.taken)
      proxy.counts.receivedBytes = proxy.counts.receivedBytes.saturatingAdd(moved.taken)
    }
  }

  private static func pass(
    _ flow: inout RelayFlow, from source: RelayEnd, to sink: RelayEnd
  ) -> (taken: UInt64, given: UInt64) {
    var taken = 0
    var given = flow.give(to: sink)
    switch flow.take(from: source) {
    case .nothing: break
    case .bytes(let count):
      taken = count
      given += flow.give(to: sink)
    case .end: given += flow.give(to: sink)
    }
    return (UInt64(taken), UInt64(given))
  }

  /// Ends what is over, else waits for what can pass next.
  private func settle(_ client: RelayEnd, _ outside: RelayEnd) {
    if download.isOver, upload.isOver || isForward {
      // Who has not sent his last may be cut short of what he is to read.
      return upload.hasSeenEnd || client.isHungUp ? end(because: "it is over") : leave()
    }
    client.want(
      read: upload.wantsMore,
      write: !download.isEmpty || outside.isHungUp && download.wantsMore)
    outside.want(
      read: download.wantsMore,
      write: !upload.isEmpty || client.isHungUp && upload.wantsMore)
  }

  /// When the answer is whole, so is the connection.
  private var isForward: Bool {
    if case .forward? = request?.form { true } else { false }
  }

  /// The timer is lazy: what passes moves the end on, and costs nothing until the old one is due.
  private func waitForIdleness(until due: Instant) {
    timer = proxy.loop.schedule(at: due) { [unowned self] in
      let end = lastMoved + proxy.limits.idle
      if end > proxy.loop.now {
        waitForIdleness(until: end)
      } else {
        self.end(because: "nothing has passed for too long")
      }
    }
  }
}
