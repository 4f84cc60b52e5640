internal import OrienKit

extension Machines {
  func list(_ call: borrowing Call) throws(Failure) -> [JSON] {
    let records = Records(store: call.host.store)
    let ours = try records.all()
    // Nobody has to be asked about none.
    guard !ours.isEmpty else { return [] }
    let instances = Dictionary(try instances(call).map { ($0.name, $0) }) { first, _ in first }
    var machines: [JSON] = []
    for record in ours {
      guard let instance = instances[record.name] else {
        if isGivenUp(record) { try records.remove(record.name) }
        continue
      }
      try settle(record, records)
      machines.append(record.machine(instance))
    }
    return machines
  }

  func start(_ name: String, _ call: borrowing Call) throws(Failure) -> JSON {
    let (record, instance) = try machine(name, call)
    switch instance.state {
    case .running where !instance.addresses.isEmpty: return record.machine(instance)
    case .deleted:
      throw Failure(
        .unavailable,
        "somebody has deleted \(name), and not purged it: `multipass recover \(name)` brings it back",
        reason: "deleted")
    case .running, .starting, .stopping, .stopped, .suspended, .unknown: break
    }
    let answer = try multipass.order(
      ["start", name, "--timeout", String(Self.startMilliseconds / 1000)],
      within: Self.startMilliseconds + 5000, by: call)
    if answer.isAbsent(name) { throw try gone(record, call) }
    guard answer.ending == .done else {
      guard answer.ending == .failed, answer.complaint.saysLimited else { throw answer.failure }
      throw Failure(.limited, answer.failure.message, reason: "engine-full")
    }
    guard let running = try reachable(name, within: Self.addressMilliseconds, call) else {
      throw Failure(.unavailable, "\(name) was started, and has no address yet", reason: "late")
    }
    return record.machine(running)
  }

  private static let startMilliseconds = 270_000
  private static let addressMilliseconds = 15_000

  /// What is known of the engine, whether it can be asked or not.
  func probe(_ call: borrowing Call) throws(Failure) -> JSON {
    var told: [String: JSON] = [
      "engine": "multipass", "images": .array(images.names.map { .string($0) }),
    ]
    do throws(Failure) {
      let answer = try multipass.ask(["version", "--format", "json"], by: call)
      guard answer.ending == .done else { throw answer.failure }
      let (program, daemon) = try Instance.versions(answer.output)
      told["version"] = .string(daemon ?? program)
      guard daemon != nil else {
        throw Failure(
          .unavailable,
          "multipass \(program) is here, and its daemon does not answer: `snap start multipass`",
          reason: "engine-away")
      }
      told["available"] = true
    } catch {
      if error.status == .cancelled { throw error }
      told["available"] = false
      told["reason"] = .string(error.message)
    }
    if let path = multipass.path { told["path"] = .string(path) }
    return .object(told)
  }
}
