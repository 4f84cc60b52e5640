package import OrienSystem

/// Tries whether ports of one address take connections: all at once, each a few times, and none of it
/// keeps the loop waiting. What came of them is told once; letting go of it before ends it unheard.
package final class PortProbe {
  package struct Limits: Sendable {
    package var tries = 3
    package var pause = Duration.seconds(1)
    /// Of each try.
    package var patience = Duration.seconds(5)

    package init() {}
  }

  private let loop: Loop
  private let address: NetworkAddress
  private let limits: Limits
  private var attempts: [UInt16: PortAttempt] = [:]
  private var pauses: [UInt16: Timer] = [:]
  private var outcomes: [UInt16: PortOutcome] = [:]
  private let count: Int
  private var told: (([UInt16: PortOutcome]) -> Void)?

  /// The port of `address` means nothing. Who asks has bounded how many `ports` there are: each holds
  /// a descriptor for as long as it is tried.
  package init(
    _ address: NetworkAddress, _ ports: Set<UInt16>, _ limits: Limits = Limits(), on loop: Loop,
    then told: @escaping ([UInt16: PortOutcome]) -> Void
  ) {
    self.loop = loop
    self.address = address
    self.limits = limits
    count = ports.count
    self.told = told
    for port in ports { attempt(port, triesLeft: limits.tries) }
    if ports.isEmpty { loop.soon { [weak self] in self?.tellIfOver() } }
  }

  deinit { for pause in pauses.values { pause.cancel() } }

  private func attempt(_ port: UInt16, triesLeft: Int) {
    pauses[port] = nil
    var target = address
    target.port = port
    do throws(Socket.ConnectFailure) {
      attempts[port] = try PortAttempt(to: target, within: limits.patience, on: loop) {
        [unowned self] outcome in
        conclude(port, outcome, triesLeft: triesLeft - 1)
      }
    } catch {
      let outcome = PortOutcome(error)
      loop.soon { [weak self] in self?.conclude(port, outcome, triesLeft: triesLeft - 1) }
    }
  }

  private func conclude(_ port: UInt16, _ outcome: PortOutcome, triesLeft: Int) {
    attempts[port] = nil
    guard outcome != .accessible, triesLeft > 0 else {
      outcomes[port] = outcome
      return tellIfOver()
    }
    pauses[port] = loop.schedule(after: limits.pause) { [unowned self] in
      attempt(port, triesLeft: triesLeft)
    }
  }

  private func tellIfOver() {
    guard outcomes.count == count else { return }
    let tell = told
    told = nil
    tell?(outcomes)
  }
}
