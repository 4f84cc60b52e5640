package import OrienModel
package import OrienSystem

/// Knows which ports of this machine are reached from outside, as checkers there say that the operator
/// has named. A port that none of them reaches is given to no machine.
///
/// Where none of them answers, machines are rented by ports that nobody has verified, and the operator
/// hears so: that somebody else's server is away is no reason to sell nothing. Belongs to the loop.
package final class PortChecks {
  package struct Parts {
    package var loop: Loop
    package var log: Log
    package var address: PublicAddress
    /// At which addresses ports of machines are opened; none: at every one.
    package var hosts: [NetworkAddress]

    package init(loop: Loop, log: Log, address: PublicAddress, hosts: [NetworkAddress]) {
      self.loop = loop
      self.log = log
      self.address = address
      self.hosts = hosts
    }
  }

  private let parts: Parts
  private let settings: PortCheckSettings
  private let rentals: Rentals
  private let clients: [PortCheckClient]
  private let own: [NetworkAddress]
  private var states: [UInt16: PortState] = [:]
  private var ownStates: [UInt16: PortState] = [:]
  private var outcome: PortReport.Outcome
  private var checkedAt: Timestamp?
  /// Some ports are known by now, though not all may be.
  private var hasHeard = false
  private var run: PortCheckRun?
  private var timer: Timer?
  private var attempts = 0
  private var isClosed = false
  /// A check is over.
  package var onOver: () -> Void = {}

  /// What this may hold open at once, beside what else a node does.
  package static func descriptors(_ range: Range<Int>) -> Int {
    2 * min(PortCheckRun.portsAtOnce, range.count)
  }

  /// `own` are the addresses of the node's own interface.
  package init(
    _ parts: Parts, _ settings: PortCheckSettings, of rentals: Rentals, own: [NetworkAddress]
  ) {
    self.parts = parts
    self.settings = settings
    self.rentals = rentals
    self.own = own
    outcome = settings.asks ? .unknown : .unasked
    clients =
      settings.asks
      ? settings.servers.enumerated().map {
        PortCheckClient($1, $0, patience: settings.patience, on: parts.loop)
      } : []
  }

  /// Why no machine is to be made yet.
  package var trouble: Failure? {
    guard outcome == .unknown, !hasHeard else { return nil }
    return Failure(
      .unavailable, "checking-ports", "the ports are being checked from outside: try again")
  }

  package var report: PortReport {
    var report = PortReport(bounds: rentals.ports.bounds, outcome: outcome)
    report.isChecking = run != nil
    report.checkedAt = checkedAt
    report.ports = rentals.ports.numbers.map { port in
      var state = states[port] ?? PortState(port)
      state.machine = rentals.ports.machine(at: port)
      if state.machine != nil { state.isListening = true }
      return state
    }
    report.own = own.map { address in
      var state = ownStates[address.port] ?? PortState(address.port)
      state.isListening = true
      return (address.hostText, state)
    }
    return report
  }

  /// Looks at all ports now, and again every so often. One look at a time: who asks during one has
  /// asked for that.
  package func check() {
    guard run == nil, !isClosed else { return }
    timer?.cancel()
    let plan = PortCheckRun.Plan(
      clients: clients, ports: rentals.ports.numbers,
      own: Set(own.map(\.port)).sorted(),
      isTaken: { [rentals] in rentals.ports.machine(at: $0) != nil })
    let run = PortCheckRun(plan, at: parts.hosts, as: parts.address, on: parts.loop)
    self.run = run
    if settings.asks {
      parts.log.info(
        "ports are being checked from outside",
        ["ports": range, "by": clients.map(\.name).joined(separator: " ")])
    }
    run.onFindings = { [unowned self] in take($0) }
    run.onEnd = { [unowned self] in end($0) }
    rentals.onTake = { [weak run] in run?.leave($0) }
    run.begin()
  }

  package func close() {
    isClosed = true
    timer?.cancel()
    run?.cancel()
    run = nil
    for client in clients { client.close() }
  }

  // MARK: What is found

  private func take(_ findings: [PortCheckRun.Finding]) {
    for finding in findings {
      if own.contains(where: { $0.port == finding.port }) {
        ownStates[finding.port, default: PortState(finding.port)].take(finding)
      }
      if rentals.ports.bounds.contains(Int(finding.port)) {
        states[finding.port, default: PortState(finding.port)].take(finding)
      }
    }
    guard findings.contains(where: { $0.verdict != nil }) else { return }
    hasHeard = true
    parts.log.info(
      "ports are being checked from outside",
      [
        "checked": "\(states.count) of \(rentals.ports.numbers.count)",
        "reached": "\(reachedCount)",
      ])
    // What has not been asked about yet in this look is as it was before.
    noteReached {
      $0.reach == .reachable && $0.isListening || run?.disturbed.contains($0.port) == true
    }
  }

  private var reachedCount: Int { states.values.count { $0.reach == .reachable } }
  private var range: String {
    "\(rentals.ports.bounds.lowerBound)-\(rentals.ports.bounds.upperBound - 1)"
  }

  private func noteReached(_ isReached: (PortState) -> Bool) {
    rentals.note(
      reached: Set(
        rentals.ports.numbers.filter { isReached(states[$0] ?? PortState($0)) }))
  }

  private func end(_ result: Result<Void, Failure>) {
    run = nil
    rentals.onTake = { _ in }
    switch result {
    case .success:
      attempts = 0
      checkedAt = .now
      if settings.asks {
        outcome = .checked
        tell()
        again(after: isWhole ? settings.interval : min(settings.longestRetry, settings.interval))
      }
    case .failure(let failure):
      outcome = .failed(failure)
      parts.log.error(
        "no port checker has answered: machines are rented by ports that nobody has verified",
        ["error": failure.message, "help": Self.helpUnanswered])
      noteReached { $0.reach != .unreachable }
      var delay = settings.firstRetry
      for _ in 0..<min(attempts, 16) { delay = min(delay * 2, settings.longestRetry) }
      attempts += 1
      again(after: delay)
    }
    onOver()
  }

  private func again(after delay: Duration) {
    timer = parts.loop.schedule(after: delay) { [unowned self] in check() }
  }

  /// Every port is reached, those of the node's own too.
  private var isWhole: Bool {
    !states.values.contains { $0.reach == .unreachable }
      && !ownStates.values.contains { $0.reach == .unreachable }
  }

  // MARK: Telling

  private func tell() {
    let unreached = states.values.count { $0.reach == .unreachable }
    let fields = ["ports": range, "reached": "\(reachedCount)", "unreached": "\(unreached)"]
    if reachedCount == 0, unreached > 0 {
      let why = states.values.compactMap(\.error).min() ?? ""
      parts.log.error(
        "no port is reached from outside, and so no machine can be rented",
        fields.merging(["error": why, "help": Self.helpUnreached]) { $1 })
    } else {
      parts.log.info("ports were checked from outside", fields)
    }
    for state in ownStates.values where state.reach == .unreachable {
      parts.log.warning(
        "the node's own port is not reached from outside",
        ["port": "\(state.port)", "error": state.error ?? ""])
    }
  }

  private static let helpUnanswered =
    "1. see whether the servers of PORT_CHECK_SERVERS are up and reached from here;"
    + " 2. see whether a firewall lets this machine connect to them;"
    + " 3. say by SKIP_PORT_VERIFICATION=1 that the ports are known to be open"

  private static let helpUnreached =
    "1. open the ports in this machine's firewall; 2. have the router lead them here;"
    + " 3. see whether PUBLIC_IP, PORT_RANGE_START and PORT_RANGE_END are what others use"
}

extension PortState {
  /// Of what nobody has said anything, what was known before is known still.
  fileprivate mutating func take(_ finding: PortCheckRun.Finding) {
    isListening = finding.isListening
    switch finding.verdict {
    case .reached?: (reach, verifiedBy, error) = (.reachable, finding.verifiedBy, nil)
    case .unreached(let why)?: (reach, verifiedBy, error) = (.unreachable, nil, why)
    case nil: break
    }
  }
}
