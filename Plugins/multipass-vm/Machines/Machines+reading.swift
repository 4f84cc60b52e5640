internal import OrienKit
internal import OrienMachineBackend

extension Machines {
  func list(_ call: borrowing Call) throws(Failure) -> [JSON] {
    let records = Records(store: call.host.store)
    let ours = try records.all()
    // Nobody has to be asked about none.
    guard !ours.isEmpty else { return [] }
    let instances = Dictionary(try instances(call).map { ($0.name, $0) }) { first, _ in first }
    var machines: [JSON] = []
    var hasLooked = false
    for record in ours {
      guard let instance = instances[record.name] else {
        if isGivenUp(record) { try records.remove(record.name) }
        continue
      }
      try settle(record, records)
      var shown = record
      // One that came up late was never looked at. One of them is now: it may keep us waiting.
      if instance.state == .running, record.address == nil, !hasLooked {
        hasLooked = true
        shown = try reached(record.name, call).record
      }
      machines.append(shown.machine(instance.state))
    }
    return machines
  }

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
