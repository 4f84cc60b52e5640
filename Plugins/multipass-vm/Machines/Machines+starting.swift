internal import OrienHTTPClient
internal import OrienKit
internal import OrienMachineBackend

extension Machines {
  private static let startMilliseconds = 270_000
  private static let graceMilliseconds = 5000
  /// For one that runs to tell its address, at least.
  private static let addressMilliseconds = 15_000

  func start(_ name: String, _ call: borrowing Call) throws(Failure) -> JSON {
    let (record, state) = try machine(name, call)
    switch state {
    case .running where record.address != nil: return record.machine(state)
    case .deleted:
      throw Failure(
        .unavailable,
        "somebody has deleted \(name), and not purged it: `multipass recover \(name)` brings it "
          + "back", reason: "deleted")
    case .running, .starting, .stopping, .stopped, .suspended, .unknown: break
    }
    let records = Records(store: call.host.store)
    // It may get another.
    try records.change(name) { $0.address = nil }
    let answer = try multipass.order(
      ["start", name, "--timeout", String(Self.startMilliseconds / 1000)],
      within: Self.startMilliseconds + Self.graceMilliseconds, by: call)
    if answer.isAbsent(name) { throw try gone(record, records) }
    guard answer.ending == .done else {
      guard answer.ending == .failed, answer.complaint.saysLimited else { throw answer.failure }
      throw Failure(.limited, answer.failure.message, reason: "engine-full")
    }
    guard let reached = try reachable(name, within: 0, call) else {
      throw Failure(.unavailable, "\(name) was started, and has no address yet", reason: "late")
    }
    return reached.machine(.running)
  }

  /// Asks until it runs and has an address; nil where it has none in time.
  func reachable(
    _ name: String, within milliseconds: Int, _ call: borrowing Call
  ) throws(Failure) -> Record? {
    let end = Remaining(milliseconds: max(milliseconds, Self.addressMilliseconds))
    var pause = 100
    while true {
      let (record, state) = try reached(name, call)
      if state == .running, record.address != nil { return record }
      if end.isOver || Pause.wait(milliseconds: pause, orUntil: call.cancelDescriptor) {
        return nil
      }
      pause = min(pause * 2, 2000)
    }
  }
}
